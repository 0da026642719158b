import type { Check, Finding, Subject } from "../finding.ts";
import { hidesNat } from "../hidden-nat.ts";
import { eachOnce } from "../reached.ts";
import { linesOf, numbersOf, placedFaults, shadowWitness } from "../rule-faults.ts";
import type { PlacedFault } from "../rule-faults.ts";

const NAME = "nat-after-accept";

/** NAT rules that an ACCEPT, or another mapping, before them hides: proved for every packet. */
export const natAfterAccept: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["-A POSTROUTING -s 10.0.0.0/8 -j ACCEPT", "-A POSTROUTING -s 10.1.0.0/16 -o eth0 -j MASQUERADE"],
  run: (subject) => eachOnce(placedFaults(subject).flatMap((placed) => findingsOf(subject, placed))),
};

function findingsOf(subject: Subject, placed: PlacedFault): readonly Finding[] {
  const { fault, family, where, isGenerated } = placed;
  const { rule, why } = fault;
  if (why.kind !== "shadowed" || !hidesNat(subject, placed) || (isGenerated && !why.direct)) return [];
  return [
    {
      check: NAME,
      severity: "warning",
      message: "nat-after-accept",
      params: { by: numbersOf(why.by) },
      where,
      related: linesOf([rule, ...why.by], family),
      witness: shadowWitness(subject, placed),
    },
  ];
}
