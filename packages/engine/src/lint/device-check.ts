import type { CheckName, LintMessage } from "../messages/catalogue.ts";
import type { Check, Finding, Subject } from "./finding.ts";
import { missingDevice } from "./missing-device.ts";
import { eachOnce, ownerOf, placeOf, reachedRules } from "./reached.ts";
import { someLines } from "./rule-faults.ts";

/** What the two checks of devices that are not there say. */
interface DeviceCheck {
  readonly name: CheckName;
  readonly side: "in" | "out";
  readonly never: LintMessage;
  readonly always: LintMessage;
  readonly example: readonly string[];
}

export function deviceCheck(what: DeviceCheck): Check {
  return {
    name: what.name,
    severities: ["warning", "info"],
    example: what.example,
    run: (subject) => eachOnce([...findingsOf(subject, what)]),
  };
}

function* findingsOf(subject: Subject, { name, side, never, always }: DeviceCheck): Iterable<Finding> {
  for (const one of reachedRules(subject)) {
    const { at, rule } = one;
    const hooks = [...new Set(at.from.map(({ hook }) => hook))];
    const missing = missingDevice(rule.tests, hooks);
    if (missing?.side !== side) continue;
    yield {
      check: name,
      // Who uses a program can do nothing about how it writes its rules.
      severity: ownerOf(subject, one) === null ? "warning" : "info",
      message: missing.negated ? always : never,
      params: { device: missing.device, hooks: hooks.join(", ") },
      where: placeOf(one),
      related: someLines([one]),
      witness: null,
    };
  }
}
