import { option } from "./codec.ts";
import { markValue } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";

export const connmark: MatchExtension = defineMatch({
  name: "connmark",
  options: { mark: option(markValue, { negatable: true }) },
  source: "net/netfilter/xt_connmark.c connmark_mt, connmark_mt_check",
  needsConntrack: true,
  check: (args) => needs(args, "mark"),
  compile: ({ mark }) =>
    mark ? { kind: "connmark", ...mark.value, negated: mark.negated } : malformedTest("connmark"),
});
