import { phrase } from "../messages/explain/phrase.ts";
import type { IpSet } from "../model/sets.ts";
import type { SetExplanation } from "./explanation.ts";
import { meaningPhrase } from "./meaning.ts";
import type { Node } from "./node.ts";
import type { Place, XtPlace } from "./place.ts";
import { sizePhrase } from "./sizes.ts";

/** Sets: what each is for, what it holds, and which rules use it. Null: no dump of sets. */
export function explainSets(node: Node, name: string | null): readonly SetExplanation[] | null {
  const sets = node.snapshot.sets?.filter((set) => name === null || set.name === name);
  const uses = usesOf(
    node.rules.filter((place) => place.dialect === "xt"),
    setsOf,
  );
  return sets?.map((set) => explainSet(set, uses.get(set.name) ?? [], node)) ?? null;
}

function explainSet(set: IpSet, uses: readonly Place[], node: Node): SetExplanation {
  const meaning = node.owners.set(set.name, null);
  return {
    kind: "set",
    name: set.name,
    type: set.type,
    members: set.terse === true ? null : set.elements.length,
    owner: meaning?.owner ?? null,
    meaning: meaning === null ? null : meaningPhrase(meaning),
    says: [phrase("set-size", { type: set.type, size: sizePhrase(set) })],
    uses,
  };
}

/** The rules that name a thing, by its name. */
export function usesOf<One extends Place>(
  places: readonly One[],
  namesOf: (place: One) => readonly string[],
): ReadonlyMap<string, readonly One[]> {
  const uses = new Map<string, One[]>();
  for (const place of places) {
    for (const name of new Set(namesOf(place))) {
      const found = uses.get(name);
      if (found === undefined) uses.set(name, [place]);
      else found.push(place);
    }
  }
  return uses;
}

/** Sets that a rule tests or changes. */
function setsOf({ rule }: XtPlace): readonly string[] {
  return [...rule.matches, rule.target].flatMap((part) => {
    if (part === null || !("args" in part)) return [];
    return Object.values(part.args).flatMap((arg) => {
      const value = arg?.value;
      return typeof value === "object" && value !== null && "set" in value ? [String(value.set)] : [];
    });
  });
}
