import { option } from "./codec.ts";
import { wordOf } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

export const auditTarget: TargetExtension = defineTarget({
  name: "AUDIT",
  options: { type: option(wordOf(["accept", "drop", "reject"])) },
  source: "net/netfilter/xt_AUDIT.c audit_tg",
  check: (args) => needs(args, "type"),
  compile: () => ({ kind: "log" }),
});
