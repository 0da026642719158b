import { defineTarget } from "./define.ts";

export const traceTarget = defineTarget({
  name: "TRACE",
  options: {},
  source: "net/netfilter/xt_TRACE.c trace_tg",
  compile: () => ({ kind: "log" }),
});
