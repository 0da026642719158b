import type { TargetExtension } from "./define.ts";
import { hopLimitTarget } from "./hop-limit.ts";

export const hlTarget: TargetExtension = hopLimitTarget("HL", "ip6");
