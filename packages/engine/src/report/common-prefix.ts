import type { Outcome } from "../walk/trace.ts";
import { stepJson } from "./step-json.ts";

/** How many steps at the beginning are the same in all outcomes: those whose JSON is. */
export function commonPrefix(outcomes: readonly Outcome[]): number {
  const keys = outcomes.map(({ steps }) => steps.map((step) => JSON.stringify(stepJson(step))));
  const [first = [], ...others] = keys;
  const parting = first.findIndex((key, index) => others.some((other) => other[index] !== key));
  return parting < 0 ? first.length : parting;
}
