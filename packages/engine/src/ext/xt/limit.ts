import type { MatchExtension } from "./define.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { integer } from "./codecs-target.ts";
import { given } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";
import { parseRate, printRate } from "./rate.ts";

const SCALE = 10_000; // XT_LIMIT_SCALE
const THREE_AN_HOUR = 12_000_000;
const DEFAULT_BURST = 5;
const MAX_BURST = 10_000;

/** The cost of a packet in ten-thousandths of a second. */
const rate: Codec<number> = {
  words: 1,
  parse: (text) => parseRate(text, SCALE)?.cost,
  print: (cost) => printRate(cost, SCALE),
};

export const limit: MatchExtension = defineUnanswerable({
  name: "limit",
  options: { limit: option(rate), "limit-burst": option(integer(MAX_BURST, 1), { unprinted: DEFAULT_BURST }) },
  source: "net/netfilter/xt_limit.c limit_mt",
  normalise: (args) => (args.limit ? args : { ...args, limit: given(THREE_AN_HOUR) }),
  why: "rate",
});
