import { option } from "./codec.ts";
import { bareText } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

export const secmarkTarget: TargetExtension = defineTarget({
  name: "SECMARK",
  options: { selctx: option(bareText(255)) },
  source: "net/netfilter/xt_SECMARK.c secmark_tg",
  check: (args) => needs(args, "selctx"),
  compile: () => ({ kind: "continue" }),
});
