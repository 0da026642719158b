import { isAlike } from "../base/alike.ts";
import type { Family } from "../base/address.ts";
import { align } from "../parse/views/align.ts";
import type { BaseChain, CompiledRule, HookEntry, Program } from "../program/program.ts";
import { baseChains, callsOf, chainsFrom } from "../prove/call-graph.ts";
import type { RulesOfBase } from "../prove/path/could-match.ts";

/** Rules that only one side has, or has elsewhere in their chain. */
export interface ChangedRules {
  readonly before: readonly RulesOfBase[];
  readonly after: readonly RulesOfBase[];
}

/**
 * All in which two programs differ, where rules are all that differs; null: something else does, too (a route, a set, a policy), or chains
 * call each other in a circle.
 *
 * A packet that matches none of these rules on its own side fares alike on both. For walk it through both at once: as long as its state is
 * the same, so is what it meets. A rule that both have asks the same of the same state and does the same, a jump into a chain of one name
 * included; a rule that one side alone has does not match, and so changes nothing. So the state stays the same to the end. What nobody
 * knows about a rule that both have is the same fact on both, whatever the rule's number.
 */
export function changedRules(a: Program, b: Program, family: Family): ChangedRules | null {
  if (!isAlike(surroundings(a, family), surroundings(b, family), UNSAID)) return null;
  const before: RulesOfBase[] = [];
  const after: RulesOfBase[] = [];
  const others = [...baseChains(b.families[family])];
  for (const [index, called] of [...baseChains(a.families[family])].entries()) {
    const other = others[index];
    if (other === undefined) return null;
    const [mine, theirs] = [chainsOf(a, called.base), chainsOf(b, other.base)];
    if (mine === null || theirs === null) return null;
    const alone = [...new Set([...mine.keys(), ...theirs.keys()])].map((chain) => ({
      chain,
      ...apart(mine.get(chain) ?? [], theirs.get(chain) ?? []),
    }));
    const ofSide = (side: "before" | "after"): RulesOfBase["rules"] =>
      alone.flatMap(({ chain, [side]: rules }) => rules.map(({ rule }) => ({ chain, rule })));
    before.push({ called, rules: ofSide("before") });
    after.push({ called: other, rules: ofSide("after") });
  }
  return { before: before.filter(hasRules), after: after.filter(hasRules) };
}

function hasRules({ rules }: RulesOfBase): boolean {
  return rules.length > 0;
}

/** Where a thing was read, and words that are kept to print it back: nothing that becomes of a packet depends on them. */
const UNSAID: ReadonlySet<string> = new Set(["span", "file", "line", "extras", "details", "statistics"]);

interface Rule {
  readonly rule: CompiledRule;
  /** Is there such a chain, for each that it calls? */
  readonly calls: readonly boolean[];
}

interface Alone {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

/** What only one of two chains of one name has. */
function apart(a: readonly Rule[], b: readonly Rule[]): Alone {
  const isSame = (i: number, j: number): boolean => saySame(a[i], b[j]);
  const aligned = align(a.length, b.length, {
    isSame,
    score: (i, j) => (isSame(i, j) ? 1 : null),
    keyOf: (list, at) => keyOf((list === "a" ? a : b)[at]),
  });
  return {
    before: aligned.flatMap((one) => (one.a === null || one.b !== null ? [] : (a[one.a] ?? []))),
    after: aligned.flatMap((one) => (one.b === null || one.a !== null ? [] : (b[one.b] ?? []))),
  };
}

function saySame(a: Rule | undefined, b: Rule | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const { rule, calls } = a;
  const other = b.rule;
  return (
    isAlike(rule.tests, other.tests, UNSAID) &&
    isAlike(rule.action, other.action, UNSAID) &&
    isAlike(rule.then, other.then, UNSAID) &&
    isAlike(calls, b.calls)
  );
}

function keyOf(one: Rule | undefined): string {
  return JSON.stringify([one?.rule.tests, one?.rule.action], (_, part: unknown) =>
    typeof part === "bigint" ? String(part) : part,
  );
}

/** The chains that packets come into from a base chain, by name; null: one of them calls itself, or another that calls it. */
function chainsOf({ nftSets }: Program, base: BaseChain): ReadonlyMap<string, readonly Rule[]> | null {
  const chains = chainsFrom([base], nftSets);
  const places = new Map(chains.map(({ name }, place) => [name, place]));
  const byName = new Map<string, readonly Rule[]>();
  for (const [place, { name, rules }] of chains.entries()) {
    const own: Rule[] = [];
    for (const rule of rules) {
      const called = callsOf(rule, nftSets).map((callee) => places.get(callee));
      // Callers stand before those that they call.
      if (called.some((callee) => callee !== undefined && callee <= place)) return null;
      own.push({ rule, calls: called.map((callee) => callee !== undefined) });
    }
    byName.set(name, own);
  }
  return byName;
}

/** Everything beside rules that decides what becomes of a packet on its way. */
function surroundings(program: Program, family: Family): unknown {
  const { links, hasLinks, sets, nftSets, sockets, ipvs, beyond, sysctl } = program;
  const { hooks, devices, fib, known, conntrack } = program.families[family];
  return {
    program: { links, hasLinks, nftSets, sockets, ipvs, beyond, sysctl },
    sets: sets === null ? null : [...sets].map(([name, set]) => [name, set.members, set.shape()]),
    family: { known, conntrack },
    hooks: Object.entries(hooks).map(([hook, entries]) => [hook, entries.map(entryData)]),
    devices: Object.values(devices).map((chains) => [...chains].map(([name, bases]) => [name, bases.map(baseData)])),
    fib: { ...fib, tables: [...fib.tables].map(([name, table]) => [name, table.entries()]) },
  };
}

function entryData(entry: HookEntry): unknown {
  if (entry.kind === "chain") return { ...entry, chain: baseData(entry.chain) };
  return entry.kind === "nat" ? { ...entry, chains: entry.chains.map(baseData) } : entry;
}

function baseData({ table: { family, name, owner }, chain, policy }: BaseChain): unknown {
  return { family, name, owner, chain: chain.name, policy };
}
