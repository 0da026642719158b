import type { Rule } from "../model/ruleset.ts";
import type { MergedTable, ViewDifference } from "../model/views.ts";

/** What one listing does not tell of a rule, or tells the other way round. */
export interface Misshown {
  readonly merged: MergedTable;
  readonly difference: ViewDifference;
}

/** Rules that some listing shows without a match of theirs, or inverted. */
export function misshownRules(views: readonly MergedTable[]): ReadonlyMap<Rule, readonly Misshown[]> {
  const found = new Map<Rule, Misshown[]>();
  for (const merged of views) {
    for (const difference of merged.differences) {
      const { kind, rule } = difference;
      if (rule === null || (kind !== "lost-match" && kind !== "inverted")) continue;
      const known = found.get(rule);
      if (known === undefined) found.set(rule, [{ merged, difference }]);
      else known.push({ merged, difference });
    }
  }
  return found;
}
