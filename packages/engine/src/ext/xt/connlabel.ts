import { option } from "./codec.ts";
import { quotedAlways } from "./codecs-match.ts";
import { flag } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

export const connlabel = defineUnanswerable({
  name: "connlabel",
  options: { label: option(quotedAlways, { negatable: true }), set: option(flag) },
  source: "net/netfilter/xt_connlabel.c connlabel_mt, connlabel_mt_check",
  needsConntrack: true,
  check: (args) => needs(args, "label"),
  why: "counter",
});
