import type { Check, Finding } from "../finding.ts";
import { missingDevice } from "../missing-device.ts";
import { linesOf, numbersOf, placedFaults } from "../rule-faults.ts";
import type { PlacedFault } from "../rule-faults.ts";

const NAME = "unreachable-rule";

/** Rules whose packets never come to their chain, or never with the mark that they ask for: proved for every packet. */
export const unreachableRule: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: ["-A INPUT -p tcp -j WEB", "-A WEB -p udp -j DROP  # no such packet comes in"],
  run: (subject) => placedFaults(subject).flatMap((placed) => findingsOf(placed)),
};

function findingsOf({ fault: { rule, why }, family, where, isGenerated }: PlacedFault): readonly Finding[] {
  // Of devices that are not there, checks of their own speak.
  if (isGenerated || (why.kind === "unreachable" && missingDevice(rule.tests, why.from)?.negated === false)) return [];
  const common = { check: NAME, where, witness: null };
  if (why.kind === "unreachable") {
    const params = { hooks: why.from.join(", ") };
    const related = linesOf([rule], family);
    return [{ ...common, severity: "warning", message: "unreachable", params, related }];
  }
  if (why.kind !== "overwritten") return [];
  const params = { by: numbersOf(why.by) };
  return [{ ...common, severity: "info", message: "overwritten", params, related: linesOf([rule, ...why.by], family) }];
}
