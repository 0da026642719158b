import { defineTarget } from "./define.ts";

export const notrackTarget = defineTarget({
  name: "NOTRACK",
  options: {},
  source: "net/netfilter/xt_CT.c notrack_tg",
  compile: () => ({ kind: "notrack" }),
});
