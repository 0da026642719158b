import type { Check, Finding, Place, Subject } from "../finding.ts";
import { hidesNat } from "../hidden-nat.ts";
import { readsOf } from "../mark-bits.ts";
import { textOf } from "../reached.ts";
import { linesOf, numbersOf, openTables, placedFaults, shadowWitness } from "../rule-faults.ts";
import type { PlacedFault } from "../rule-faults.ts";

const NAME = "shadowed-rule";

/** Rules that no packet gets to, since earlier rules of the chain take all that they ask for: proved for every packet. */
export const shadowedRule: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "-A INPUT -s 10.0.0.0/9 -j ACCEPT",
    "-A INPUT -s 10.128.0.0/9 -j ACCEPT",
    "-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j DROP  # the two above take everything from 10.0.0.0/8",
  ],
  run: (subject) => [
    ...placedFaults(subject)
      .filter((placed) => !isAnothers(subject, placed))
      .flatMap((placed) => findingsOf(placed, subject)),
    ...openTables(subject).map(notJudged),
  ],
};

/** `nat-after-accept` and `duplicate-rule` say it better. */
function isAnothers(subject: Subject, placed: PlacedFault): boolean {
  const { rule, why } = placed.fault;
  if (hidesNat(subject, placed)) return true;
  const [only] = why.kind === "shadowed" && why.by.length === 1 ? why.by : [];
  return only !== undefined && textOf(subject, only) === textOf(subject, rule);
}

function notJudged(where: Place): Finding {
  const params = { table: where.table ?? "" };
  return { check: NAME, severity: "info", message: "too-large-to-prove", params, where, related: [], witness: null };
}

/**
 * Of what a program writes: what another verdict hides, and what is said twice. A test of a mark is none: it waits for what chains
 * between the two will write once there are other policies.
 */
function findingsOf(placed: PlacedFault, subject: Subject): readonly Finding[] {
  const { family, where, isGenerated } = placed;
  const { rule, why } = placed.fault;
  if (why.kind !== "shadowed") return [];
  const isMistake = why.direct && !why.same;
  if (isGenerated && (!why.direct || (why.same && readsOf(rule).length > 0))) return [];
  return [
    {
      check: NAME,
      severity: isMistake ? "warning" : "info",
      message: why.same ? "shadowed-same" : why.direct ? "shadowed" : "shadowed-through-calls",
      params: { by: numbersOf(why.by) },
      where,
      related: linesOf([rule, ...why.by], family),
      witness: shadowWitness(subject, placed),
    },
  ];
}
