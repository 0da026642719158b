import type { Family } from "../base/address.ts";
import { once } from "../base/once.ts";
import type { Action } from "../program/action.ts";
import type { BaseChain, CompiledChain, CompiledRule, CompiledTable, Program } from "../program/program.ts";
import type { Test } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Bdd, Ref } from "./bdd/bdd.ts";
import { BddLimit } from "./bdd/limit.ts";
import { baseChains, chainsFrom } from "./call-graph.ts";
import type { Called } from "./call-graph.ts";
import { ChainFlows } from "./chain.ts";
import type { ChainFlow, RuleFlow } from "./chain.ts";
import { everyPacket, packetsAt } from "./domain.ts";
import { Entering } from "./entering.ts";
import { givenIn } from "./given.ts";
import { anyPlace } from "./place.ts";
import { redundantRules } from "./redundant.ts";
import type { End, Redundant } from "./redundant.ts";
import { spaceOf } from "./space-of.ts";
import type { Space, SpaceOptions } from "./space.ts";
import { allSet } from "./test-set.ts";

/** A rule that no packet ever matches, and why that is proved. */
export interface RuleFault {
  readonly table: CompiledTable;
  readonly chain: CompiledChain;
  readonly rule: CompiledRule;
  readonly why:
    /** Its own tests exclude each other: no packet at all. `tests`: as few of them as do. */
    | { readonly kind: "contradictory"; readonly tests: readonly Test[] }
    /**
     * Earlier rules of the chain take every packet that it asks for. `same`: and do with them what it would do. `direct`: by their own
     * tests and verdicts, whatever other chains and marks do.
     */
    | {
        readonly kind: "shadowed";
        readonly by: readonly CompiledRule[];
        readonly same: boolean;
        readonly direct: boolean;
      }
    /** What earlier rules of the chain make of a packet's mark is never what it asks for. */
    | { readonly kind: "overwritten"; readonly by: readonly CompiledRule[] }
    /** No packet that it asks for ever enters the chain. `from`: the hooks from which the chain is called. */
    | { readonly kind: "unreachable"; readonly from: readonly string[] };
}

export interface RuleFaults {
  readonly faults: readonly RuleFault[];
  /** Rules that packets match, and without which they would fare alike. */
  readonly redundant: readonly (Redundant & { readonly table: CompiledTable })[];
  /** A base chain of each table that needs more room than there is: of its rules nothing is said. */
  readonly tooLarge: readonly BaseChain[];
}

export interface RuleFaultOptions extends Pick<SpaceOptions, "nodes"> {
  /** Chains in which redundant rules are looked for; absent: in none. */
  readonly redundantIn?: (table: CompiledTable, chain: string) => boolean;
}

/**
 * Every rule of a family that no packet can match. Sets count as if they could hold anything: what they hold changes without the rules. A
 * rule that hangs on what nobody knows never shadows another for sure.
 */
export function ruleFaults(program: Program, family: Family, options: RuleFaultOptions = {}): RuleFaults {
  const { redundantIn = () => false, ...space } = options;
  const byTable = new Map<CompiledTable, Called[]>();
  for (const called of baseChains(program.families[family])) {
    const own = byTable.get(called.base.table);
    if (own === undefined) byTable.set(called.base.table, [called]);
    else own.push(called);
  }
  const faults: RuleFault[] = [];
  const redundant: RuleFaults["redundant"][number][] = [];
  const tooLarge: BaseChain[] = [];
  for (const [table, called] of byTable) {
    try {
      const judged = tableFaults(
        spaceOf(program, family, { ...space, openSets: true, alone: true }),
        table,
        called,
        redundantIn,
      );
      for (const fault of judged.faults) faults.push(fault);
      for (const one of judged.redundant) redundant.push({ table, ...one });
    } catch (error) {
      if (!(error instanceof BddLimit)) throw error;
      for (const { base } of called.slice(0, 1)) tooLarge.push(base);
    }
  }
  return { faults, redundant, tooLarge };
}

function tableFaults(
  space: Space,
  table: CompiledTable,
  called: readonly Called[],
  redundantIn: NonNullable<RuleFaultOptions["redundantIn"]>,
): { readonly faults: readonly RuleFault[]; readonly redundant: readonly Redundant[] } {
  const chains = chainsFrom(
    called.map(({ base }) => base),
    space.program.nftSets,
  );
  const names = called.map(({ base }) => base.chain.name);
  const given = givenIn(space, chains, new Map(names.map((name) => [name, TRUE])));
  const flows = new ChainFlows(space, table, { packets: TRUE, given });
  const entering = new Entering(flows, chains);
  for (const one of called) entering.add(one.base.chain.name, packetsAt(space, one));
  const callers = once(() => callersOf(space, called));
  const policies = new Map(
    called.map(({ base }): [string, End] => [base.chain.name, base.policy === "DROP" ? "drop" : "accept"]),
  );
  const faults: RuleFault[] = [];
  const redundant: Redundant[] = [];
  for (const { name } of chains) {
    const flow = flows.of(name);
    if (flow === null) continue;
    const packets = entering.of(name);
    const entered = { flow, packets, given: given.get(name) ?? TRUE, table };
    const own = [...chainFaults(space, entered, () => [...(callers().get(name) ?? [])])];
    for (const why of own) faults.push({ table, ...why });
    if (packets !== FALSE && redundantIn(table, name))
      for (const one of livingRedundant(space, flow, policies.get(name) ?? "through", own)) redundant.push(one);
    for (const one of flow.rules) entering.call(name, one, packets);
  }
  return { faults, redundant };
}

/** From which hooks each chain of a table is entered. */
function callersOf({ program }: Space, called: readonly Called[]): ReadonlyMap<string, ReadonlySet<string>> {
  const callers = new Map<string, Set<string>>();
  for (const { base, hook } of called)
    for (const { name } of chainsFrom([base], program.nftSets))
      callers.set(name, (callers.get(name) ?? new Set()).add(hook));
  return callers;
}

/** Without those that no packet matches anyway. */
function livingRedundant(space: Space, flow: ChainFlow, end: End, faults: readonly FaultOf[]): readonly Redundant[] {
  const dead = new Set(faults.map(({ rule }) => rule));
  return redundantRules(space, flow, end).filter(({ rule }) => !dead.has(rule));
}

type FaultOf = Omit<RuleFault, "table">;

/** A chain, and the packets that come into it. */
interface Entered {
  readonly flow: ChainFlow;
  /** As far as the chain asks where something is given. */
  readonly packets: Ref;
  /** What all of them have in common. */
  readonly given: Ref;
  readonly table: CompiledTable;
}

function* chainFaults(space: Space, entered: Entered, from: () => readonly string[]): Iterable<FaultOf> {
  const { bdd } = space;
  const { flow, packets } = entered;
  const ofAll = once(() => forEveryPacket(space, entered).rules);
  for (const [index, { rule, reached, wanted }] of flow.rules.entries()) {
    // Nearly all.
    if (bdd.meetAll([reached.when, wanted, packets])) continue;
    const own = ofAll()[index];
    if (own === undefined) continue;
    const coming = bdd.and(packets, entered.given);
    const why = faultOf(space, own, ofAll().slice(0, index), { coming, from });
    if (why !== null) yield { chain: flow.chain, rule, why };
  }
}

/** The chain as it is whoever calls it. */
function forEveryPacket(space: Space, { flow, given, table }: Entered): ChainFlow {
  if (given === TRUE) return flow;
  const { chain } = flow;
  const below = chainsFrom([{ table, chain }], space.program.nftSets);
  const flows = new ChainFlows(space, table, {
    packets: TRUE,
    given: givenIn(space, below, new Map([[chain.name, TRUE]])),
  });
  return flows.of(chain.name) ?? flow;
}

/** Why no packet that comes into the chain matches a rule; null: none comes, and that is not the fault of its rules. */
function faultOf(
  space: Space,
  flow: RuleFlow,
  earlier: readonly RuleFlow[],
  { coming, from }: { readonly coming: Ref; readonly from: () => readonly string[] },
): RuleFault["why"] | null {
  const { bdd } = space;
  const { reached, wanted } = flow;
  if (!bdd.meetAll([reached.when, wanted, everyPacket(space)])) return whyNever(space, flow, earlier);
  if (coming === FALSE) return null;
  if (bdd.meets(wanted, coming)) return shadow(bdd, bdd.and(wanted, coming), flow, earlier);
  return { kind: "unreachable", from: from() };
}

function whyNever(space: Space, flow: RuleFlow, earlier: readonly RuleFlow[]): RuleFault["why"] {
  const { bdd } = space;
  const { tests } = flow.rule;
  const packets = everyPacket(space);
  if (bdd.disjoint(flow.asked().yes, packets))
    return { kind: "contradictory", tests: fewestThatConflict(space, tests) };
  const wanted = bdd.and(flow.wanted, packets);
  if (wanted === FALSE)
    return { kind: "overwritten", by: earlier.filter(({ rule }) => changesMark(rule)).map(({ rule }) => rule) };
  return shadow(bdd, wanted, flow, earlier);
}

/** Who takes the packets that a rule asks for. */
function shadow(bdd: Bdd, wanted: Ref, flow: RuleFlow, earlier: readonly RuleFlow[]): RuleFault["why"] {
  const { yes } = flow.asked();
  const one = earlier.find(({ rule, asked }) => isVerdict(rule) && bdd.within(yes, asked().yes));
  const by = one === undefined ? takers(bdd, wanted, earlier) : [one];
  const verdicts = by.filter(({ rule }) => isVerdict(rule));
  const direct = bdd.within(yes, bdd.union(verdicts.map(({ asked }) => asked().yes)));
  return {
    kind: "shadowed",
    by: by.map(({ rule }) => rule),
    same: by.every(({ rule }) => doesTheSame(rule, flow.rule)),
    direct,
  };
}

/** The rules that take the packets, in the order in which they come to them. */
function takers(bdd: Bdd, packets: Ref, earlier: readonly RuleFlow[]): readonly RuleFlow[] {
  const by: RuleFlow[] = [];
  let rest = packets;
  for (const flow of earlier) {
    // What came to the rule and does not come to the next.
    const kept = bdd.minus(bdd.and(rest, flow.reached.when), flow.left.when);
    if (kept === FALSE) continue;
    by.push(flow);
    rest = bdd.minus(rest, kept);
    if (rest === FALSE) break;
  }
  return by;
}

/** Does the rule itself end the chain for every packet that it matches? */
function isVerdict({ action, then }: CompiledRule): boolean {
  return then.length === 0 && VERDICTS.has(action.kind);
}

const VERDICTS: ReadonlySet<Action["kind"]> = new Set(["accept", "drop", "return", "reject", "nat"]);

function isPossible(space: Space, tests: readonly Test[]): boolean {
  return !space.bdd.disjoint(allSet(tests, anyPlace(space)).yes, everyPacket(space));
}

/** Leaves out each test without which the others still exclude each other. */
function fewestThatConflict(space: Space, tests: readonly Test[]): readonly Test[] {
  let kept = tests;
  for (const test of tests) {
    const without = kept.filter((one) => one !== test);
    if (without.length > 0 && !isPossible(space, without)) kept = without;
  }
  return kept;
}

const MARKING: ReadonlySet<Action["kind"]> = new Set([
  "set-mark",
  "set-ctmark",
  "save-mark",
  "restore-mark",
  "ttl",
  "set-tos",
  "notrack",
  "jump",
]);

function changesMark({ action, then }: CompiledRule): boolean {
  return MARKING.has(action.kind) || then.length > 0;
}

function doesTheSame(a: CompiledRule, b: CompiledRule): boolean {
  return a.then.length + b.then.length === 0 && textOf(a.action) === textOf(b.action);
}

function textOf(action: Action): string {
  return JSON.stringify(action, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
