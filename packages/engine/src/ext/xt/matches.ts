import type { MatchExtension } from "./define.ts";
import { tcp } from "./tcp.ts";

/** Every `-m` extension that hookwalk knows, one file of this folder each. */
export const matchExtensions: readonly MatchExtension[] = [tcp];
