import type { TargetExtension } from "./define.ts";

/** Every `-j` extension that hookwalk knows, one file of this folder each. */
export const targetExtensions: readonly TargetExtension[] = [];
