import { option } from "./codec.ts";
import { markValue } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { masked } from "./lower.ts";

export const mark: MatchExtension = defineMatch({
  name: "mark",
  options: { mark: option(markValue, { negatable: true }) },
  source: "net/netfilter/xt_mark.c mark_mt: the value is not masked",
  check: (args) => needs(args, "mark"),
  compile: ({ mark: arg }) =>
    arg ? masked("mark", arg.value.mask, arg.value.value, arg.negated) : malformedTest("mark"),
});
