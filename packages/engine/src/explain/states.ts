import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part, Phrase, PhraseId } from "../messages/explain/phrase.ts";

/** States that say nothing by their names alone. */
const STATES: ReadonlyMap<string, PhraseId> = new Map([
  ["INVALID", "state-invalid"],
  ["UNTRACKED", "state-untracked"],
  ["SNAT", "state-snat"],
  ["DNAT", "state-dnat"],
]);

/** Which state a packet's connection is in: one of these, by their names as iptables or nft write them. */
export function statesPhrase(states: readonly string[]): Phrase {
  const said = states.map(statePart);
  const [only] = said;
  return only !== undefined && said.length === 1
    ? phrase("ct-state", { value: only })
    : phrase("ct-state-of", { value: list("items", said) });
}

/** A state by its name, with what it means where the name does not tell. */
export function statePart(state: string): Part {
  const id = STATES.get(state.toUpperCase());
  return id === undefined ? state : { id, negated: false, params: { state } };
}
