import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part } from "../../messages/explain/phrase.ts";
import type { NftFamily, NftStatement } from "../../model/nft.ts";
import { effectOf, xtText } from "./effects.ts";
import type { Effect } from "./effect.ts";
import { matchPhrases } from "./match.ts";
import { impliedBy, toldProtocol, toldVersion } from "./protocol.ts";
import { elementGate, gatePhrase, isGate } from "./rates.ts";
import type { NftScope } from "./scope.ts";

/** What must hold, then what is done. */
interface Run {
  readonly conditions: Part[];
  readonly effects: Effect[];
}

/**
 * A rule in words: its statements in the order in which the kernel runs them. What is asked after something was done (`counter tcp
 * dport 80 drop`) begins a sentence of its own.
 */
export function sentenceOf(scope: NftScope): Part {
  const runs = runsOf(scope);
  const sentences = runs.map((run, at) => runPhrase(run, at, at === runs.length - 1));
  const [only] = sentences;
  return only !== undefined && sentences.length === 1 ? only : list("sentences", sentences);
}

function runsOf(scope: NftScope): readonly Run[] {
  const { rule, table } = scope.place;
  const runs: Run[] = [{ conditions: [], effects: [] }];
  const told = new Set<string>();
  const ask = (conditions: readonly Part[]): void => {
    if (conditions.length === 0) return;
    if (runs.at(-1)?.effects.length !== 0) runs.push({ conditions: [], effects: [] });
    for (const condition of conditions) runs.at(-1)?.conditions.push(condition);
  };
  // Behind a map of verdicts only what it lets go on gets to the next statement.
  const act = (effect: Effect): void => {
    if (runs.at(-1)?.effects.some(({ ends }) => ends) === true) runs.push({ conditions: [], effects: [] });
    runs.at(-1)?.effects.push(effect);
  };
  for (const statement of rule.statements) {
    ask(implied(statement, table.family, told));
    const conditions = conditionsOf(statement, scope);
    if (conditions !== null) ask(conditions);
    else if (statement.kind !== "match" && !isGate(statement)) act(effectOf(statement, scope));
  }
  return runs.map(withoutCounters);
}

/** What nft tests on its own before a statement, each once. */
function implied(statement: NftStatement, family: NftFamily, told: Set<string>): readonly Part[] {
  if (statement.kind === "match") {
    for (const one of [toldProtocol(statement), toldVersion(statement)]) if (one !== null) told.add(one);
  }
  return impliedBy(statement, family).flatMap(({ kind, name }) => {
    if (told.has(name)) return [];
    told.add(name);
    return [kind === "protocol" ? phrase("protocol", { value: name }) : phrase("ip-version", { value: name })];
  });
}

/** Null: the statement asks nothing. */
function conditionsOf(statement: NftStatement, scope: NftScope): readonly Part[] | null {
  if (statement.kind === "match") return matchPhrases(statement, scope);
  if (isGate(statement)) return [gatePhrase(statement)];
  if (statement.kind === "xt" && statement.type !== "target")
    return [phrase("unknown-match", { text: xtText(statement) })];
  if (statement.kind !== "set-update" && statement.kind !== "meter") return null;
  const gate = elementGate(statement, scope);
  return gate === null ? null : [gate];
}

/** That a packet is counted goes without saying where more is done to it. */
function withoutCounters({ conditions, effects }: Run): Run {
  const others = effects.filter(({ part }) => !isCount(part));
  return { conditions, effects: others.length === 0 ? effects.slice(0, 1) : others };
}

function isCount(part: Part): boolean {
  return typeof part === "object" && "id" in part && part.id === "count";
}

function runPhrase({ conditions, effects }: Run, at: number, isLast: boolean): Part {
  const effect = effectPhrase(effects, isLast);
  if (conditions.length === 0) return at === 0 ? phrase("rule-always", { effect }) : phrase("rule-rest", { effect });
  const asked = list("conditions", conditions);
  return at === 0
    ? phrase("rule-if", { conditions: asked, effect })
    : phrase("rule-then", { conditions: asked, effect });
}

/** After its last statement a packet that nothing took away goes on to the next rule. */
function effectPhrase(effects: readonly Effect[], isLast: boolean): Part {
  const parts = effects.map(({ part }) => part);
  const [only] = parts;
  const done =
    parts.length === 0 ? phrase("nothing") : parts.length === 1 && only !== undefined ? only : list("steps", parts);
  const isOver = effects.some(({ ends }) => ends) || !isLast;
  return isOver ? done : phrase("continues", { effect: done });
}
