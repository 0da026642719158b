import { phrase } from "../messages/explain/phrase.ts";
import type { IpSet } from "../model/sets.ts";
import type { SetExplanation } from "./explanation.ts";
import type { Node, Place } from "./node.ts";
import { sizePhrase } from "./notes.ts";
import { meaningPhrase } from "./set-name.ts";

/** Sets: what each is for, what it holds, and which rules use it. Null: no dump of sets. */
export function explainSets(node: Node, name: string | null): readonly SetExplanation[] | null {
  const sets = node.snapshot.sets?.filter((set) => name === null || set.name === name);
  const uses = usesOf(node.rules);
  return sets?.map((set) => explainSet(set, uses.get(set.name) ?? [], node)) ?? null;
}

function explainSet(set: IpSet, uses: readonly Place[], node: Node): SetExplanation {
  const meaning = node.owners.set(set.name);
  return {
    set,
    owner: meaning?.owner ?? null,
    meaning: meaning === null ? null : meaningPhrase(meaning),
    says: [phrase("set-size", { type: set.type, size: sizePhrase(set) })],
    uses,
  };
}

/** The rules that name a set, by set. */
function usesOf(places: readonly Place[]): ReadonlyMap<string, readonly Place[]> {
  const uses = new Map<string, Place[]>();
  for (const place of places) {
    for (const name of new Set(setsOf(place))) {
      const found = uses.get(name);
      if (found === undefined) uses.set(name, [place]);
      else found.push(place);
    }
  }
  return uses;
}

/** Sets that a rule tests or changes. */
function setsOf({ rule }: Place): readonly string[] {
  return [...rule.matches, rule.target].flatMap((part) => {
    if (part === null || !("args" in part)) return [];
    return Object.values(part.args).flatMap((arg) => {
      const value = arg?.value;
      return typeof value === "object" && value !== null && "set" in value ? [String(value.set)] : [];
    });
  });
}
