import type { Check, Finding, Place, Subject } from "../finding.ts";
import { hidesNat } from "../hidden-nat.ts";
import { textOf } from "../reached.ts";
import { linesOf, numbersOf, openTables, placedFaults, shadowWitness } from "../rule-faults.ts";
import type { PlacedFault } from "../rule-faults.ts";

const NAME = "shadowed-rule";

/** Rules that no packet gets to, since earlier rules of the chain take all that they ask for: proved for every packet. */
export const shadowedRule: Check = {
  name: NAME,
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

function findingsOf(placed: PlacedFault, subject: Subject): readonly Finding[] {
  const { family, where, isGenerated } = placed;
  const { rule, why } = placed.fault;
  if (why.kind !== "shadowed") return [];
  const isMistake = why.direct && !why.same;
  if (isGenerated && !isMistake) return [];
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
