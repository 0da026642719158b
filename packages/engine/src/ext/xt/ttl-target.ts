import { hopLimitTarget } from "./hop-limit.ts";

export const ttlTarget = hopLimitTarget("TTL", "ip");
