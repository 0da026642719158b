import { isAlike } from "../base/alike.ts";
import type { Family } from "../base/address.ts";
import { align } from "../parse/views/align.ts";
import type { BaseChain, CompiledRule, Fib, HookEntry, Program } from "../program/program.ts";
import { baseChains, callsOf, chainsFrom } from "../prove/call-graph.ts";
import type { RulesOfBase, Twins, TwinsOfBase } from "../prove/path/could-match.ts";
import { changedSets, namesAny } from "./changed-sets.ts";

/** Where two programs part. */
export interface ChangedRules {
  /** Rules that only one side has, or has elsewhere in their chain, and those that do something with a set that differs. */
  readonly before: readonly RulesOfBase[];
  readonly after: readonly RulesOfBase[];
  /** Rules that both have and that ask a set that differs. */
  readonly asking: readonly TwinsOfBase[];
}

/**
 * All in which two programs differ, where rules and sets are all that differs; null: something else does, too (a route, a policy),
 * or chains call each other in a circle.
 *
 * A packet that matches none of these rules on its own side, and of which no rule that both have says otherwise, fares alike on
 * both. For walk it through both at once: as long as its state is the same, so is what it meets. A rule that both have asks the same of the same state and does the same, a jump into a chain of one name
 * included; a rule that one side alone has does not match, and so changes nothing. So the state stays the same to the end. What nobody
 * knows about a rule that both have is the same fact on both, whatever the rule's number.
 */
export function changedRules(a: Program, b: Program, family: Family): ChangedRules | null {
  const sets = changedSets(a, b);
  if (sets === null || !isAlike(surroundings(a, family), surroundings(b, family), UNSAID)) return null;
  const before: RulesOfBase[] = [];
  const after: RulesOfBase[] = [];
  const asking: TwinsOfBase[] = [];
  const others = [...baseChains(b.families[family])];
  for (const [index, called] of [...baseChains(a.families[family])].entries()) {
    const other = others[index];
    if (other === undefined) return null;
    const [mine, theirs] = [chainsOf(a, called.base), chainsOf(b, other.base)];
    if (mine === null || theirs === null) return null;
    const alone = [...new Set([...mine.keys(), ...theirs.keys()])].map((chain) => ({
      chain,
      ...apart(mine.get(chain) ?? [], theirs.get(chain) ?? [], sets),
    }));
    const ofSide = (side: "before" | "after"): RulesOfBase["rules"] =>
      alone.flatMap(({ chain, [side]: rules }) => rules.map(({ rule }) => ({ chain, rule })));
    before.push({ called, rules: ofSide("before") });
    after.push({ called: other, rules: ofSide("after") });
    asking.push({ called, rules: alone.flatMap(({ chain, both }) => both.map((twins) => ({ chain, ...twins }))) });
  }
  return {
    before: before.filter(hasRules),
    after: after.filter(hasRules),
    asking: asking.filter(hasRules),
  };
}

function hasRules({ rules }: RulesOfBase | TwinsOfBase): boolean {
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
  /** What both have that asks a set that differs. */
  readonly both: readonly Twins[];
}

/** What only one of two chains of one name has, and what both have that is not the same for the sets that differ. */
function apart(a: readonly Rule[], b: readonly Rule[], sets: ReadonlySet<string>): Alone {
  const isSame = (i: number, j: number): boolean => saySame(a[i], b[j], sets);
  const aligned = align(a.length, b.length, {
    isSame,
    score: (i, j) => (isSame(i, j) ? 1 : null),
    keyOf: (list, at) => keyOf((list === "a" ? a : b)[at]),
  });
  return {
    before: aligned.flatMap((one) => (one.a === null || one.b !== null ? [] : (a[one.a] ?? []))),
    after: aligned.flatMap((one) => (one.b === null || one.a !== null ? [] : (b[one.b] ?? []))),
    both: aligned.flatMap((one) => {
      const [before, after] = [a[one.a ?? -1]?.rule, b[one.b ?? -1]?.rule];
      return before === undefined || after === undefined || !namesAny(before.tests, sets) ? [] : [{ before, after }];
    }),
  };
}

/** A rule that does something with a set that differs does something else. */
function saySame(a: Rule | undefined, b: Rule | undefined, sets: ReadonlySet<string>): boolean {
  if (a === undefined || b === undefined) return false;
  if (namesAny(a.rule.action, sets) || namesAny(a.rule.then, sets)) return false;
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

/** Everything beside rules and sets that decides what becomes of a packet on its way. */
function surroundings(program: Program, family: Family): unknown {
  const { links, hasLinks, sockets, ipvs, beyond, sysctl } = program;
  const { hooks, devices, fib, known, conntrack } = program.families[family];
  return {
    program: { links, hasLinks, sockets, ipvs, beyond, sysctl },
    family: { known, conntrack },
    hooks: Object.entries(hooks).map(([hook, entries]) => [hook, entries.map(entryData)]),
    devices: Object.values(devices).map((chains) => [...chains].map(([name, bases]) => [name, bases.map(baseData)])),
    fib: { ...fib, tables: [...fib.tables].map(([name, table]) => [name, table.entries()]), words: wordsOf(fib) },
  };
}

/** Words of a routing rule and of a route that say who made it and how long it stays. */
const IDLE: ReadonlySet<string> = new Set(["proto", "pref", "expires", "error", "used", "users", "age"]);

/** The other words of the routing rules and routes: `mtu 1400`, a selector that nobody knows. */
function wordsOf({ rules, tables }: Fib): unknown {
  const routes = [...tables.values()].flatMap((table) => table.entries().map(({ route }) => route));
  const all = [...rules, ...routes, ...routes.flatMap(({ nexthops }) => nexthops)];
  return all.map(({ extras = [] }) => extras.filter(([word]) => !IDLE.has(word)));
}

function entryData(entry: HookEntry): unknown {
  if (entry.kind === "chain") return { ...entry, chain: baseData(entry.chain) };
  return entry.kind === "nat" ? { ...entry, chains: entry.chains.map(baseData) } : entry;
}

function baseData({ table: { family, name, owner }, chain, policy }: BaseChain): unknown {
  return { family, name, owner, chain: chain.name, policy };
}
