import { option } from "./codec.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { masked } from "./lower.ts";
import { tosValue } from "./tos-target.ts";

export const tos: MatchExtension = defineMatch({
  name: "tos",
  options: { tos: option(tosValue, { negatable: true }) },
  source: "net/netfilter/xt_dscp.c tos_mt: the value is not masked",
  check: (args) => needs(args, "tos"),
  compile: ({ tos: arg }) => (arg ? masked("tos", arg.value.mask, arg.value.value, arg.negated) : malformedTest("tos")),
});
