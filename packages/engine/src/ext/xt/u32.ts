import { normaliseRanges } from "../../base/ranges.ts";
import { option } from "./codec.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { u32Tests } from "./u32-tests.ts";

export const u32: MatchExtension = defineMatch({
  name: "u32",
  options: { u32: option(u32Tests, { negatable: true }) },
  source: "net/netfilter/xt_u32.c u32_match_it",
  check: (args) => needs(args, "u32"),
  compile({ u32: arg }) {
    if (arg === undefined) return malformedTest("u32");
    const comparisons = arg.value.map(({ location, values }) => ({ location, ranges: normaliseRanges(values) }));
    return { kind: "u32", comparisons, negated: arg.negated };
  },
});
