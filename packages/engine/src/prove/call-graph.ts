import type { Action } from "../program/action.ts";
import type { BaseChain, CompiledChain, CompiledRule, FamilyProgram, Program, StackHook } from "../program/program.ts";
import type { SetReference } from "../program/value.ts";
import type { SetElement } from "../program/value-set.ts";

/** A base chain and where the kernel calls it. */
export interface Called {
  readonly hook: StackHook;
  readonly base: BaseChain;
  /** Runs before conntrack has looked at the packet. */
  readonly isBeforeConntrack: boolean;
  /** Asked of the first packet of a connection alone, which ends all NAT chains of the hook once one has translated it. */
  readonly isNat: boolean;
}

/** Every base chain of a family, hook by hook, in the order in which they run. */
export function* baseChains({ hooks, devices, conntrack }: FamilyProgram): Iterable<Called> {
  for (const hook of ["prerouting", "input", "forward", "output", "postrouting"] as const) {
    let isBeforeConntrack = conntrack && (hook === "prerouting" || hook === "output");
    for (const entry of hooks[hook]) {
      if (entry.kind === "conntrack") isBeforeConntrack = false;
      else if (entry.kind === "chain") yield { hook, base: entry.chain, isBeforeConntrack, isNat: false };
      else if (entry.kind === "nat")
        for (const base of entry.chains) yield { hook, base, isBeforeConntrack, isNat: true };
    }
  }
  for (const hook of ["ingress", "egress"] as const)
    for (const chains of devices[hook].values())
      for (const base of chains) yield { hook, base, isBeforeConntrack: true, isNat: false };
}

/**
 * The chains of one table that a packet can be in, callers before those that they call; a chain that calls itself stands
 * where it is first met.
 */
export function chainsFrom(bases: readonly ChainOfTable[], sets: Program["nftSets"]): readonly CompiledChain[] {
  const [first] = bases;
  if (first === undefined || bases.length > 1) return foundFrom(bases, sets);
  let chains = fromOne.get(first);
  if (chains === undefined) {
    chains = foundFrom(bases, sets);
    fromOne.set(first, chains);
  }
  return chains;
}

/** A program does not change: what packets of one base chain can come into is found once. */
const fromOne = new WeakMap<ChainOfTable, readonly CompiledChain[]>();

type ChainOfTable = Pick<BaseChain, "table" | "chain">;

function foundFrom(bases: readonly ChainOfTable[], sets: Program["nftSets"]): readonly CompiledChain[] {
  const done: CompiledChain[] = [];
  const seen = new Set<string>();
  for (const base of bases) visit(base, sets, seen, done);
  return done.reverse();
}

/** Adds what is reached from a base chain, each chain behind all that it calls. */
function visit(base: ChainOfTable, sets: Program["nftSets"], seen: Set<string>, done: CompiledChain[]): void {
  if (seen.has(base.chain.name)) return;
  seen.add(base.chain.name);
  // Deep dumps have chains of thousands of calls: a stack of our own.
  const stack: { readonly chain: CompiledChain; readonly names: readonly string[]; next: number }[] = [
    { chain: base.chain, names: calledBy(base.chain, sets), next: 0 },
  ];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const name = frame.names[frame.next++];
    if (name === undefined) {
      done.push(frame.chain);
      stack.pop();
      continue;
    }
    if (seen.has(name)) continue;
    seen.add(name);
    const chain = base.table.chain(name);
    if (chain !== null) stack.push({ chain, names: calledBy(chain, sets), next: 0 });
  }
}

function calledBy({ rules }: CompiledChain, sets: Program["nftSets"]): readonly string[] {
  return rules.flatMap((rule) => callsOf(rule, sets));
}

/** The chains that a rule sends packets into. */
export function callsOf({ action, then }: CompiledRule, sets: Program["nftSets"]): readonly string[] {
  const own = calls(action, sets);
  return then.length === 0 ? own : own.concat(then.flatMap((part) => calls(part.action, sets)));
}

const NO_CALLS: readonly string[] = [];

function calls(action: Action, sets: Program["nftSets"]): readonly string[] {
  if (action.kind === "jump" || action.kind === "goto") return [action.chain];
  if (action.kind !== "verdict-map") return NO_CALLS;
  return elementsOf(action.set, sets).flatMap(({ verdict }) =>
    verdict?.kind === "jump" || verdict?.kind === "goto" ? [verdict.chain] : [],
  );
}

function elementsOf(set: SetReference, sets: Program["nftSets"]): readonly SetElement[] {
  return set.kind === "anonymous" ? set.set.elements : (sets.get(set.id)?.elements ?? []);
}
