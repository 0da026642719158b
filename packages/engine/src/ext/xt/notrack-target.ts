import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

export const notrackTarget: TargetExtension = defineTarget({
  name: "NOTRACK",
  options: {},
  source: "net/netfilter/xt_CT.c notrack_tg",
  compile: () => ({ kind: "notrack" }),
});
