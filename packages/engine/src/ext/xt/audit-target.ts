import { option } from "./codec.ts";
import { wordOf } from "./codecs-target.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

export const auditTarget = defineTarget({
  name: "AUDIT",
  options: { type: option(wordOf(["accept", "drop", "reject"])) },
  source: "net/netfilter/xt_AUDIT.c audit_tg",
  check: (args) => needs(args, "type"),
  compile: () => ({ kind: "log" }),
});
