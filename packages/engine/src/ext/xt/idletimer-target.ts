import { option } from "./codec.ts";
import { bareText, flag, integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

const MAX_LABEL = 27; // MAX_IDLETIMER_LABEL_SIZE less the final zero, include/uapi/linux/netfilter/xt_IDLETIMER.h

export const idletimerTarget: TargetExtension = defineTarget({
  name: "IDLETIMER",
  options: { timeout: option(integer(0xffff_ffff)), label: option(bareText(MAX_LABEL)), alarm: option(flag) },
  source: "net/netfilter/xt_IDLETIMER.c idletimer_tg_target",
  check: (args) => needs(args, "timeout", "label"),
  compile: () => ({ kind: "continue" }),
});
