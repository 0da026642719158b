import { hopLimitTarget } from "./hop-limit.ts";

export const hlTarget = hopLimitTarget("HL", "ip6");
