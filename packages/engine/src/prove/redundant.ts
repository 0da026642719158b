import type { CompiledChain, CompiledRule } from "../program/program.ts";
import type { Ref } from "./bdd/bdd.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { ChainFlow, RuleFlow } from "./chain.ts";
import { verdictOf } from "./chain.ts";
import { everyPacket } from "./domain.ts";
import type { Space } from "./space.ts";

/** A rule without which every packet would fare as it does, and what then does the same. */
export interface Redundant {
  readonly chain: CompiledChain;
  readonly rule: CompiledRule;
  /** The later rules that take its packets, the first few. */
  readonly by: readonly CompiledRule[];
  /** Some of them would come to the end of the chain: to the policy, or back to where it was called from. */
  readonly toEnd: boolean;
}

/** What becomes of packets that leave a chain at its end: of a base chain its policy. */
export type End = "accept" | "drop" | "through";

/** By what is done with them: the packets, as they are before a rule, with which just that is done from there on. */
type Fates = ReadonlyMap<string, Ref>;

/** Things that are done to packets are followed so many at a time, those of the rules that stand next. */
const FATES = 8;

/**
 * The rules of a chain that do with their packets what would be done with them anyway. Looked at from the end, each rule once. A packet that a
 * later rule changes, logs or sends elsewhere first counts as faring otherwise.
 */
export function redundantRules(space: Space, { chain, rules }: ChainFlow, end: End): readonly Redundant[] {
  const { bdd } = space;
  const packets = everyPacket(space);
  const found: Redundant[] = [];
  let fates: Fates = new Map([[end, TRUE]]);
  for (const [index, flow] of [...rules.entries()].reverse()) {
    const fate = fateOf(flow.rule, end);
    const { yes, drop } = flow.asked();
    const taken = bdd.and(yes, packets);
    // What its tests alone drop must be dropped without it, too.
    const isSame =
      fate !== null && bdd.within(taken, fates.get(fate) ?? FALSE) && bdd.within(drop, fates.get("drop") ?? FALSE);
    if (isSame && taken !== FALSE) found.push({ chain, rule: flow.rule, ...takersOf(space, taken, rules, index) });
    fates = before(space, flow, fate, fates);
  }
  return found.reverse();
}

/** What a rule does with all its packets, and ends the chain with; RETURN does what is at the end. Null: it does something else. */
function fateOf(rule: CompiledRule, end: End): string | null {
  const verdict = verdictOf(rule);
  if (verdict !== null) return verdict === "through" ? end : verdict;
  const { action, then } = rule;
  return then.length === 0 && (action.kind === "reject" || action.kind === "nat")
    ? JSON.stringify(action, digits)
    : null;
}

/** Addresses of IPv6 are no numbers of JSON. */
function digits(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function before({ bdd }: Space, { rule, asked }: RuleFlow, fate: string | null, fates: Fates): Fates {
  const { yes, drop } = asked();
  const onlyCounts = fate === null && rule.action.kind === "continue" && rule.then.length === 0;
  const kept = bdd.not(bdd.or(onlyCounts ? FALSE : yes, drop));
  const next = new Map([...fates].map(([name, packets]) => [name, bdd.and(packets, kept)]));
  if (drop !== FALSE) next.set("drop", bdd.or(next.get("drop") ?? FALSE, drop));
  if (fate !== null) {
    const packets = bdd.or(next.get(fate) ?? FALSE, yes);
    // The nearest stand last.
    next.delete(fate);
    next.set(fate, packets);
  }
  for (const name of next.keys()) if (next.size > FATES) next.delete(name);
  return next;
}

/** Rules that are looked through, and those that are named. */
const FAR = 64;
const NAMED = 4;

function takersOf(
  { bdd }: Space,
  taken: Ref,
  rules: readonly RuleFlow[],
  index: number,
): Pick<Redundant, "by" | "toEnd"> {
  const by: CompiledRule[] = [];
  let rest = taken;
  for (const { rule, asked } of rules.slice(index + 1, index + 1 + FAR)) {
    const { yes } = asked();
    if (!bdd.meets(rest, yes)) continue;
    rest = bdd.minus(rest, yes);
    if (rule.action.kind !== "continue") by.push(rule);
    if (rest === FALSE || by.length === NAMED) break;
  }
  return { by, toEnd: rest !== FALSE };
}
