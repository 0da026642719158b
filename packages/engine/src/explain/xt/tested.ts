import type { Tested } from "../tested.ts";
import type { XtPlace } from "../place.ts";

/** What a rule asks that hooks and dumps may have no answer to. */
export function xtTested({ rule }: XtPlace): Tested {
  const sets = rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "set") return [];
    const value = match.args["match-set"]?.value;
    return typeof value === "object" && value !== null && "set" in value ? [String(value.set)] : [];
  });
  return { iif: rule.iif?.negated ?? null, oif: rule.oif?.negated ?? null, sets };
}
