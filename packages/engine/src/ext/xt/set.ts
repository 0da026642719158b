import { option } from "./codec.ts";
import { wideNumber } from "./codecs-match.ts";
import { flag, setReference } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { all, unanswerable } from "./lower.ts";

/** Comparisons with the counters of the element that matched: no dump of another moment holds them. */
const counters = {
  "packets-eq": option(wideNumber, { negatable: true }),
  "packets-lt": option(wideNumber),
  "packets-gt": option(wideNumber),
  "bytes-eq": option(wideNumber, { negatable: true }),
  "bytes-lt": option(wideNumber),
  "bytes-gt": option(wideNumber),
};

type Some = Readonly<Record<string, unknown>>;

function exclusive(args: Some, what: "packets" | "bytes"): string | null {
  const given = ["eq", "lt", "gt"].filter((op) => args[`${what}-${op}`] !== undefined);
  return given.length > 1 ? `--${what}-${given.join(` and --${what}-`)} exclude each other` : null;
}

export const set: MatchExtension = defineMatch({
  name: "set",
  options: {
    "match-set": option(setReference, { aliases: ["set"], negatable: true }),
    "return-nomatch": option(flag),
    "update-counters": option(flag, { negatable: true, unprinted: true }),
    "update-subcounters": option(flag, { negatable: true, unprinted: true }),
    ...counters,
  },
  source: "net/netfilter/xt_set.c set_match_v4, net/netfilter/ipset/ip_set_core.c ip_set_test",
  check: (args) => needs(args, "match-set") ?? exclusive(args, "packets") ?? exclusive(args, "bytes"),
  compile(args) {
    const { "match-set": match } = args;
    if (match === undefined) return malformedTest("set");
    const compares = Object.keys(counters).some((name) => Object.hasOwn(args, name));
    return all(
      {
        kind: "set",
        set: match.value.set,
        directions: match.value.directions,
        negated: match.negated,
        returnNomatch: args["return-nomatch"] !== undefined,
      },
      compares ? unanswerable("set", counters, args, "counter") : undefined,
    );
  },
});
