import type { Verbatim } from "../../model/ruleset.ts";
import type { TableView } from "../../model/views.ts";
import type { Assembled } from "./assembled.ts";

/**
 * A rule that a whole listing should show but does not: the listings are of different moments, or one of them was cut
 * where nobody can see it. Whether the rule is there is unknown.
 */
export function addDoubt(assembled: Assembled, views: readonly TableView[]): Assembled {
  const without = views.find(({ whole }, index) => whole && assembled.shown[index] === null);
  if (without === undefined) return assembled;
  const value: Verbatim = { kind: "verbatim", name: "", text: `not in ${without.table.span.file}`, lost: "doubt" };
  const slot = { versions: views.map(() => null), value, from: 0 };
  return { ...assembled, matches: [...assembled.matches, slot] };
}
