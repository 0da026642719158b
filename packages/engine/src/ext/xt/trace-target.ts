import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

export const traceTarget: TargetExtension = defineTarget({
  name: "TRACE",
  options: {},
  source: "net/netfilter/xt_TRACE.c trace_tg",
  compile: () => ({ kind: "log" }),
});
