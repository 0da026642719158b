import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { integer, wordOf } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest } from "./given.ts";
import { unanswerable } from "./lower.ts";

const ONE = 0x8000_0000;
const MAX_TEXT = 40;

/** In units of 2⁻³¹, as the kernel holds it. */
const probability: Codec<number> = {
  words: 1,
  parse(text) {
    const value = text.length <= MAX_TEXT && /^[0-9.]/.test(text) && !/x/i.test(text) ? Number(text) : NaN;
    return value >= 0 && value <= 1 ? Math.round(value * ONE) : undefined;
  },
  print: (value) => (value / ONE).toFixed(11),
};

const options = {
  mode: option(wordOf(["random", "nth"])),
  probability: option(probability, { negatable: true }),
  every: option(integer(0xffff_ffff, 1), { negatable: true }),
  packet: option(integer(0xffff_ffff)),
};

export const statistic: MatchExtension = defineMatch({
  name: "statistic",
  options,
  source: "net/netfilter/xt_statistic.c statistic_mt",
  check({ mode, probability: chance, every, packet }) {
    if (mode === undefined) return "--mode must be given";
    if (mode.value === "random") return chance && !every && !packet ? null : "random mode takes --probability alone";
    if (!every || !packet || chance) return "nth mode takes --every and --packet";
    return packet.value < every.value ? null : "--packet must be less than --every";
  },
  compile(args) {
    const { mode, probability: chance } = args;
    if (mode?.value === "nth") return unanswerable("statistic", options, args, "counter");
    if (chance === undefined) return malformedTest("statistic");
    return { kind: "chance", probability: chance.value / ONE, negated: chance.negated };
  },
});
