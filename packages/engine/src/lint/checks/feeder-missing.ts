import { allFeeders } from "../../owners/feeders.ts";
import type { Feeder } from "../../owners/feeders.ts";
import { owners } from "../../owners/owners.ts";
import { builtIns } from "../feeder-places.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { isShownWhole } from "../listings.ts";

const NAME = "feeder-missing";

/** A chain of a known program that its built-in chain does not lead to any more: its rules are there, and no packet comes to them. */
export const feederMissing: Check = {
  name: NAME,
  severities: ["error"],
  example: ['-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES  # and none in PREROUTING'],
  run: (subject) => allFeeders.flatMap((feeder) => [...findingsOf(subject, feeder)]),
};

function* findingsOf(subject: Subject, { owner, table: name, from, to }: Feeder): Iterable<Finding> {
  for (const { family, table, chain } of builtIns(subject, name, from)) {
    const own = table.chains.find((one) => one.name === to);
    if (own === undefined || own.rules.length === 0 || !isShownWhole(subject.snapshot, family)) continue;
    // Also by a chain between them that somebody has put there.
    if (subject.node().hooks(table, to).has(from)) continue;
    const { file, line } = chain.span;
    yield {
      check: NAME,
      severity: "error",
      message: "feeder-missing",
      params: { owner: titleOf(owner), from, to },
      where: { family, table: name, chain: from, rule: null, span: { file, line } },
      related: [{ span: own.span, text: `${to}: ${String(own.rules.length)} rules` }],
      witness: null,
    };
  }
}

function titleOf(name: string): string {
  return owners.find((owner) => owner.name === name)?.title ?? name;
}
