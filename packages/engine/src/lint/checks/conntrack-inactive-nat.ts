import type { Check, Finding, Subject } from "../finding.ts";
import { eachOnce, ownerOf, placeOf, reachedChains } from "../reached.ts";
import type { ReachedRule } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "conntrack-inactive-nat";

/**
 * Rules in NAT chains of a family in which nothing needs conntrack: the kernel registers it on demand, and without it never asks NAT chains
 * (net/netfilter/nf_nat_core.c nf_nat_inet_fn: no entry, no NAT).
 */
export const conntrackInactiveNat: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["*nat", "-A PREROUTING -p tcp -j LOG  # and no other rule: it never logs"],
  run: (subject) => eachOnce([...findingsOf(subject)]),
};

function* findingsOf(subject: Subject): Iterable<Finding> {
  const { families } = subject.program();
  for (const at of reachedChains(subject)) {
    if (families[at.family].conntrack || !at.from.every(({ isNat }) => isNat)) continue;
    const rules = at.chain.rules.map((rule): ReachedRule => ({ at, rule }));
    const [first] = rules;
    const isOwn = at.chain.rules.every(({ action }) => action.kind === "jump" || action.kind === "goto");
    if (first === undefined || isOwn || ownerOf(subject, first) !== null) continue;
    yield {
      check: NAME,
      severity: "warning",
      message: "nat-without-conntrack",
      params: { chain: at.chain.name },
      where: placeOf(first),
      related: someLines(rules),
      witness: null,
    };
  }
}
