import { option } from "./codec.ts";
import { ANY_CONNECTION, stateList } from "./conntrack.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";

export const state: MatchExtension = defineMatch({
  name: "state",
  options: { state: option(stateList, { negatable: true }) },
  source: "net/netfilter/xt_conntrack.c conntrack_mt: iptables loads `state` as conntrack with --ctstate",
  needsConntrack: true,
  check: (args) => needs(args, "state"),
  compile({ state: arg }) {
    if (arg === undefined) return malformedTest("state");
    return { kind: "conntrack", spec: { ...ANY_CONNECTION, states: { states: arg.value, negated: arg.negated } } };
  },
});
