import type { TargetExtension } from "./define.ts";
import { hopLimitTarget } from "./hop-limit.ts";

export const ttlTarget: TargetExtension = hopLimitTarget("TTL", "ip");
