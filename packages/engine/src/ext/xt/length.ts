import { option } from "./codec.ts";
import { rangeUpTo } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { numberIn } from "./lower.ts";

export const length: MatchExtension = defineMatch({
  name: "length",
  options: { length: option(rangeUpTo({ max: 0xffff }), { negatable: true }) },
  source: "net/netfilter/xt_length.c length_mt, length_mt6: the IP header included",
  check: (args) => needs(args, "length"),
  compile: (args) => (args.length ? numberIn("length", args.length) : malformedTest("length")),
});
