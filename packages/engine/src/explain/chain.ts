import { printPriority } from "../ext/nft/priority.ts";
import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { NftBaseChain, NftFamily } from "../model/nft.ts";
import type { Meaning } from "../owners/recognise.ts";
import type { ChainExplanation } from "./explanation.ts";
import { meaningPhrase } from "./meaning.ts";
import type { Node } from "./node.ts";
import type { AnyChain, AnyTable, Place } from "./place.ts";
import { explainRule } from "./rule.ts";

/** A chain: what it is for, who leads to it, what is at its end; with its rules, or one of them. */
export function explainChain(chain: AnyChain, table: AnyTable, node: Node, rule: number | null): ChainExplanation {
  const meaning = chainMeaning(chain, table, node);
  const base = "base" in chain ? chain.base : null;
  const policy = "base" in chain ? (base?.policy ?? null) : chain.policy;
  const comment = "comment" in chain && meaning === null ? chain.comment : null;
  const places = node.rulesOf(chain);
  return {
    name: chain.name,
    owner: meaning?.owner ?? node.owners.table(table.name)?.owner ?? null,
    policy,
    base,
    meaning: meaning === null ? null : meaningPhrase(meaning),
    says: [
      ...(base === null ? [] : [basePhrase(base, table.family)]),
      ...(policy === null ? callersPhrase(chain, table, node) : []),
      ...endPhrase(chain.rules.length, policy),
      ...(comment === null ? [] : [phrase("comment-is", { comment })]),
    ],
    rules: places.filter(({ number }) => rule === null || number === rule).map((place) => explainRule(place, node)),
  };
}

/** That a chain of nft has a hook's name means nothing: it may be hooked in anywhere. */
function chainMeaning(chain: AnyChain, table: AnyTable, { owners }: Node): Meaning | null {
  const meaning = owners.chain(table.name, chain.name);
  return "base" in chain && meaning?.owner.name === "kernel" ? null : meaning;
}

/** Where a chain of nft is hooked in, the priority by name and number. */
function basePhrase({ type, hook, priority, devices }: NftBaseChain, family: NftFamily): Part {
  const params = { type, hook, priority: priorityPart(priority, family, hook) };
  return devices.length === 0
    ? phrase("chain-base", params)
    : phrase("chain-base-on", { ...params, devices: list("items", devices) });
}

export function priorityPart(priority: number, family: NftFamily, hook: string): Part {
  const name = printPriority(priority, family, hook);
  const number = String(priority);
  return name === number ? name : phrase("priority-named", { name, number });
}

/** More callers than this are counted, not named. */
const NAMED_CALLERS = 6;

function callersPhrase(chain: AnyChain, table: AnyTable, node: Node): readonly Part[] {
  const { first, count } = node.callers(table, chain.name, NAMED_CALLERS);
  if (count === 0) return [phrase("chain-uncalled")];
  const places = list("items", first.map(placeName));
  if (count <= NAMED_CALLERS) return [phrase("chain-callers", { places })];
  return [phrase("chain-callers-more", { places, count: count - NAMED_CALLERS })];
}

/** iptables writes `ACCEPT`, nft `accept`. */
const ACCEPT = "ACCEPT";
const DROP = "DROP";

function endPhrase(size: number, policy: string | null): readonly Part[] {
  const verdict = policy?.toUpperCase();
  if (policy !== null && size === 0 && verdict === ACCEPT) return [phrase("all-accepted", { policy })];
  if (policy !== null && size === 0 && verdict === DROP) return [phrase("all-dropped", { policy })];
  const few = size === 0 ? phrase("chain-empty") : size === 1 ? phrase("chain-one") : null;
  const said: Part[] = [few ?? phrase("chain-size", { count: size })];
  if (policy === null) return said;
  if (verdict === ACCEPT) said.push(phrase("policy-accept", { policy }));
  else said.push(verdict === DROP ? phrase("policy-drop", { policy }) : phrase("policy-other", { policy }));
  return said;
}

/** `FORWARD 3`, as explanations of one table name a rule. */
function placeName({ chain, number }: Place): string {
  return `${chain.name} ${String(number)}`;
}
