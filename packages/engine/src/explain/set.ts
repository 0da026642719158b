import { phrase } from "../messages/explain/phrase.ts";
import type { IpSet } from "../model/sets.ts";
import type { SetExplanation } from "./explanation.ts";
import type { Node, Place } from "./node.ts";
import { sizePhrase } from "./notes.ts";
import { meaningPhrase } from "./set-name.ts";

/** A set: what it is for, what it holds, and which rules use it. */
export function explainSet(set: IpSet, node: Node): SetExplanation {
  const meaning = node.owners.set(set.name);
  return {
    set,
    owner: meaning?.owner ?? null,
    meaning: meaning === null ? null : meaningPhrase(meaning),
    says: [phrase("set-size", { type: set.type, size: sizePhrase(set) })],
    uses: node.rules.filter((place) => usesSet(place, set.name)),
  };
}

function usesSet({ rule }: Place, name: string): boolean {
  const names = [...rule.matches, rule.target].flatMap((part) =>
    part !== null && "args" in part ? Object.values(part.args).map((arg) => arg?.value) : [],
  );
  return names.some((value) => typeof value === "object" && value !== null && "set" in value && value.set === name);
}
