import type { Check, Finding, Subject } from "../finding.ts";
import { eachOnce, ownerOf, reachedChain, textOf } from "../reached.ts";
import { linesOf, numbersOf, placedRedundant } from "../rule-faults.ts";
import type { PlacedRedundant } from "../rule-faults.ts";

const NAME = "redundant-rule";

/** Rules without which every packet would fare as it does: later rules or the policy do the same. Proved for every packet. */
export const redundantRule: Check = {
  name: NAME,
  severities: ["info"],
  example: ["-A INPUT -s 10.1.0.0/16 -j DROP", "-A INPUT -s 10.0.0.0/8 -j DROP"],
  run: (subject) => eachOnce(placedRedundant(subject).flatMap((one) => findingsOf(subject, one))),
};

function findingsOf(subject: Subject, { redundant, family, where }: PlacedRedundant): readonly Finding[] {
  const { chain, rule, by, toEnd } = redundant;
  const at = reachedChain(subject, chain);
  // What a program always writes so that it works with whatever comes behind is no news.
  if (at === null || ownerOf(subject, { at, rule }) !== null) return [];
  // Of the same words twice `duplicate-rule` speaks.
  if (by.some((one) => textOf(subject, one) === textOf(subject, rule))) return [];
  return [
    {
      check: NAME,
      severity: "info",
      message:
        by.length === 0 ? "redundant-before-end" : toEnd ? "redundant-before-rules-and-end" : "redundant-before-rules",
      params: { by: numbersOf(by) },
      where,
      related: linesOf([rule, ...by], family),
      witness: null,
    },
  ];
}
