import { option } from "./codec.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needsOneOf } from "./given.ts";

export const connsecmarkTarget: TargetExtension = defineTarget({
  name: "CONNSECMARK",
  options: { save: option(flag), restore: option(flag) },
  source: "net/netfilter/xt_CONNSECMARK.c connsecmark_tg; nf_ct_netns_get in connsecmark_tg_check",
  needsConntrack: true,
  check: (args) => needsOneOf(args, "save", "restore"),
  compile: () => ({ kind: "continue" }),
});
