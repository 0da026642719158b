import type { Ref } from "../bdd/bdd.ts";
import { asEntered } from "../flow.ts";
import type { Space } from "../space.ts";
import type { Visit } from "./passing.ts";

/** Packets, as they came in, that come to a rule, and those that match it. */
export interface RuleSets {
  readonly reached: Ref;
  readonly matched: Ref;
}

export interface RuleName {
  readonly table: string;
  readonly chain: string;
  /** From 1. */
  readonly number: number;
}

/** What the visits of all hooks say of one rule; null: no visit ever came into such a chain. */
export function ruleSets(space: Space, visits: readonly Visit[], { table, chain, number }: RuleName): RuleSets | null {
  const { bdd } = space;
  const reached: Ref[] = [];
  const matched: Ref[] = [];
  for (const { base, coming, chains } of visits) {
    const rule = base.table.name === table ? chains.known(chain)?.rules[number - 1] : undefined;
    if (rule === undefined) continue;
    const began = (set: Ref): Ref =>
      bdd.and(coming.when, asEntered(bdd, coming, chains.asEnteredBy(base.chain.name, chain, set)));
    reached.push(began(rule.reached.when));
    matched.push(began(rule.matched().when));
  }
  return reached.length === 0 ? null : { reached: bdd.union(reached), matched: bdd.union(matched) };
}
