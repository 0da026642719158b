import type { Action } from "../program/action.ts";
import type { CompiledChain, CompiledRule } from "../program/program.ts";
import { TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { callsOf } from "./call-graph.ts";
import type { ChainFlow, ChainFlows, RuleFlow } from "./chain.ts";
import { everyPacket } from "./domain.ts";
import { asEntered } from "./flow.ts";
import type { Bitwise } from "./flow.ts";
import type { Space } from "./space.ts";

/** What the rules of a chain ask, each a conjunction of variables. */
export interface Asks {
  /** Bits of packets as they enter: no others matter to the chain, nor to any that it calls. */
  readonly bits: Ref;
  /** What nobody knows and no rule of another chain asks. */
  readonly own: Ref;
}

export const NOTHING: Asks = { bits: TRUE, own: TRUE };

/** What each of these chains asks; callers stand before those that they call. */
export function asksOf(flows: ChainFlows, chains: readonly CompiledChain[]): ReadonlyMap<string, Asks> {
  const asks = new Map<string, Asks>();
  for (const { name } of chains.toReversed()) {
    const flow = flows.of(name);
    if (flow !== null) asks.set(name, chainAsks(flows.space, flow, asks));
  }
  return asks;
}

function chainAsks(space: Space, { rules }: ChainFlow, inside: ReadonlyMap<string, Asks>): Asks {
  const { bdd, layout, program } = space;
  const levels = bdd.supportOf([everyPacket(space), ...rules.flatMap((rule) => testsOf(space, rule))]);
  const called = new Set<Ref>();
  for (const { rule, matched } of rules)
    for (const name of callsOf(rule, program.nftSets))
      called.add(before(space, matched().now, (inside.get(name) ?? NOTHING).bits));
  const every = rules.every(({ rule }) => isToldByTests(rule)) ? [] : Object.values(layout.bits).flat();
  const own = levels.filter((level) => space.unknownAt(level) === null);
  const bits = bdd.cube(new Set([...own, ...every].filter((level) => level !== null)));
  return {
    bits: [...called].reduce((all, part) => bdd.and(all, part), bits),
    own: bdd.cube(levels.filter((level) => space.unknownAt(level)?.isOfOneRule === true)),
  };
}

function testsOf({ bdd }: Space, { wanted, dropped, reached }: RuleFlow): readonly Ref[] {
  return [wanted, asEntered(bdd, reached, dropped)];
}

/** The bits, at the entry, on which bits hang that rules may have changed since. */
function before(space: Space, now: Bitwise, bits: Ref): Ref {
  const { bdd } = space;
  if (now.size === 0) return bits;
  const values = bdd.support(bits).map((level) => now.get(level) ?? bdd.variable(level));
  return bdd.cube(bdd.supportOf(values).filter((level) => space.unknownAt(level) === null));
}

/** Do its tests alone, and the chain that it calls, say where a packet goes? Statements of nft ask more. */
function isToldByTests({ action, then }: CompiledRule): boolean {
  return then.length === 0 && TOLD_BY_TESTS.has(action.kind);
}

const TOLD_BY_TESTS: ReadonlySet<Action["kind"]> = new Set([
  "continue",
  "accept",
  "drop",
  "return",
  "jump",
  "goto",
  "reject",
  "nat",
  "log",
  "set-mark",
  "set-ctmark",
  "save-mark",
  "restore-mark",
  "set-tos",
  "ttl",
  "mangle",
  "tcpmss",
]);
