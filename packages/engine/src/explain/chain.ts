import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { Chain, Table } from "../model/ruleset.ts";
import type { ChainExplanation } from "./explanation.ts";
import type { Node, Place } from "./node.ts";
import { explainRule } from "./rule.ts";
import { meaningPhrase } from "./set-name.ts";

/** A chain: what it is for, who leads to it, what is at its end; with its rules, or one of them. */
export function explainChain(chain: Chain, table: Table, node: Node, rule: number | null): ChainExplanation {
  const meaning = node.owners.chain(table.name, chain.name);
  const places = node.rulesOf(chain);
  return {
    name: chain.name,
    owner: meaning?.owner ?? null,
    policy: chain.policy,
    meaning: meaning === null ? null : meaningPhrase(meaning),
    says: [...callersPhrase(chain, table, node), ...endPhrase(chain)],
    rules: places.filter(({ number }) => rule === null || number === rule).map((place) => explainRule(place, node)),
  };
}

/** More callers than this are counted, not named. */
const NAMED_CALLERS = 6;

function callersPhrase(chain: Chain, table: Table, node: Node): readonly Part[] {
  if (chain.policy !== null) return [];
  const callers = node.callers(table, chain.name);
  if (callers.length === 0) return [phrase("chain-uncalled")];
  const places = list("items", callers.slice(0, NAMED_CALLERS).map(placeName));
  if (callers.length <= NAMED_CALLERS) return [phrase("chain-callers", { places })];
  return [phrase("chain-callers-more", { places, count: callers.length - NAMED_CALLERS })];
}

function endPhrase({ policy, rules }: Chain): readonly Part[] {
  if (rules.length === 0 && policy === "ACCEPT") return [phrase("all-accepted")];
  if (rules.length === 0 && policy === "DROP") return [phrase("all-dropped")];
  const size = rules.length === 0 ? phrase("chain-empty") : rules.length === 1 ? phrase("chain-one") : null;
  const said: Part[] = [size ?? phrase("chain-size", { count: rules.length })];
  if (policy === "ACCEPT") said.push(phrase("policy-accept"));
  else if (policy === "DROP") said.push(phrase("policy-drop"));
  else if (policy !== null) said.push(phrase("policy-other", { policy }));
  return said;
}

/** `FORWARD 3`, as explanations of one table name a rule. */
function placeName({ chain, number }: Place): string {
  return `${chain.name} ${String(number)}`;
}
