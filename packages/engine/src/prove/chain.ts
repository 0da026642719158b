import { once } from "../base/once.ts";
import type { CompiledChain, CompiledRule, CompiledTable, RulePart, StackHook } from "../program/program.ts";
import { act, isDone, restoreMark } from "./action.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Done } from "./done.ts";
import { everyPacket } from "./domain.ts";
import type { Exit } from "./exit.ts";
import { EVERYTHING, NOTHING, asEntered, chained, joined, unionOf, within } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { Given } from "./given.ts";
import type { Asking } from "./place.ts";
import { ruleKey } from "./rule-key.ts";
import type { Space } from "./space.ts";
import { allSet } from "./test-set.ts";
import type { Answer } from "./test-set.ts";

/** What one rule does to the packets of its chain, by what they were where the chain was entered. */
export interface RuleFlow {
  readonly rule: CompiledRule;
  /** What its tests say of every packet that there is, whatever came before. */
  readonly asked: () => Answer;
  /** The packets that its tests say yes to where every packet came to it with what rules before have made of it. */
  readonly wanted: Ref;
  /** Those that its tests drop, as tests for headers that are cut short do. */
  readonly dropped: Ref;
  /** Those that come to it. */
  readonly reached: Flow;
  /** Those that come to the next rule. */
  readonly left: Flow;
  /** Those that match it. */
  readonly matched: () => Flow;
}

/** A chain with all that it calls, as a relation between packets at its entry and at each exit. */
export interface ChainFlow {
  readonly chain: CompiledChain;
  readonly rules: readonly RuleFlow[];
  /** Sets that rules may have changed before the chain is entered: of what they hold nothing is said. */
  readonly changedSets: ReadonlySet<string>;
  /** The packets that leave by an exit; put together when it is first asked for. */
  exit(exit: Exit): Flow;
}

/** What of a table is looked at. */
export interface ChainScope {
  /** Tells the unknowns of one base chain from those of others: `input filter`. */
  readonly name: string;
  /** Null: all hooks at once. */
  readonly hook: StackHook | null;
  /** No others ever enter a chain of the table. */
  readonly packets: Ref;
  /** ipsets that rules may have changed before. */
  readonly changedSets: ReadonlySet<string>;
  /** What is known of the packets that come into a chain: what is said of it holds for those alone. */
  readonly given: Given;
}

/** The chains of one base chain, each looked at once for every packet that could enter it. */
export class ChainFlows {
  readonly space: Space;
  readonly #table: CompiledTable;
  readonly #scope: ChainScope;
  readonly #known = new Map<string, ChainFlow | null>();
  readonly #open: string[] = [];
  /** Those out of a chain that is called stand before those into it. */
  readonly #calls: Call[] = [];

  constructor(space: Space, table: CompiledTable, scope: Partial<ChainScope> = {}) {
    this.space = space;
    this.#table = table;
    this.#scope = {
      name: "",
      hook: null,
      packets: everyPacket(space),
      changedSets: NONE,
      given: NOTHING_GIVEN,
      ...scope,
    };
  }

  /** Null: there is no such chain, or it calls itself. */
  of(name: string): ChainFlow | null {
    return this.#of(name, this.#scope.changedSets);
  }

  /** A chain is looked at once more where rules have changed sets that nobody had before who entered it. */
  #of(name: string, changedSets: ReadonlySet<string>): ChainFlow | null {
    const known = this.#known.get(name);
    if (known === null) return null;
    const sets = unionOf(known?.changedSets ?? NONE, changedSets);
    if (sets.size === known?.changedSets.size) return known;
    const chain = this.#open.includes(name) ? null : this.#table.chain(name);
    if (chain === null) return null;
    this.#open.push(name);
    const flow = this.#flowOf(chain, sets);
    this.#open.pop();
    this.#known.set(name, flow);
    return flow;
  }

  /** A chain that has been looked at. */
  known(name: string): ChainFlow | null {
    return this.#known.get(name) ?? null;
  }

  /** Packets at the entry of a chain, said of what they were where `base` was entered. */
  asEnteredBy(base: string, chain: string, packets: Ref): Ref {
    const { bdd } = this.space;
    const sets = new Map([[chain, packets]]);
    for (const { from, to, flow } of this.#calls) {
      const inside = sets.get(to) ?? FALSE;
      if (inside === FALSE) continue;
      const calling = bdd.and(flow.when, asEntered(bdd, flow, inside));
      sets.set(from, bdd.or(sets.get(from) ?? FALSE, calling));
    }
    return sets.get(base) ?? FALSE;
  }

  #flowOf(chain: CompiledChain, changedSets: ReadonlySet<string>): ChainFlow {
    const { bdd } = this.space;
    const exits = new Exits(this.space);
    const rules: RuleFlow[] = [];
    const { packets } = this.#scope;
    let here: Flow = within(bdd, { ...EVERYTHING, changedSets }, bdd.simplify(packets, this.#given(chain)));
    for (const rule of chain.rules) {
      const flow = this.#step(here, rule, exits, chain);
      rules.push(flow);
      here = flow.left;
    }
    exits.add("through", here);
    return { chain, rules, changedSets, exit: (exit) => exits.of(exit) };
  }

  #given({ name }: CompiledChain): Ref {
    return this.#scope.given.get(name) ?? TRUE;
  }

  #step(here: Flow, rule: CompiledRule, exits: Exits, of: CompiledChain): RuleFlow {
    const { space } = this;
    const { bdd } = space;
    const { name: visit, hook } = this.#scope;
    const chain = of.name;
    const place = (): string => `${this.#table.name}/${chain}/${String(rule.number)}`;
    const key = space.isAlone ? place : (): string => `${this.#table.name}/${chain}/${ruleKey(of, rule)}`;
    const asking = { space, place, rule: key, visit, hook, changedSets: here.changedSets };
    const given = this.#given(of);
    const answer = allSet(rule.tests, asking, given);
    const { yes, drop } = answer;
    const wanted = asEntered(bdd, here, yes);
    const dropped = drop === FALSE ? FALSE : asEntered(bdd, here, drop);
    if (dropped !== FALSE) exits.addLater("drop", () => within(bdd, here, dropped));
    const passing = within(bdd, here, bdd.not(bdd.or(wanted, dropped)));
    const asked = given === TRUE ? () => answer : once(() => allSet(rule.tests, asking));
    const verdict = verdictOf(rule);
    if (verdict !== null) {
      // Most rules end the chain, and few are asked which packets they match.
      const matched = once(() => within(bdd, here, wanted));
      exits.addLater(verdict, matched);
      return { rule, asked, wanted, dropped, reached: here, left: passing, matched };
    }
    const asTested = within(bdd, here, wanted);
    const matched = restoresMark(rule) ? restoreMark(asking, asTested) : asTested;
    const left = this.#perform(passing, matched, { rule, exits, asking, chain });
    return { rule, asked, wanted, dropped, reached: here, left, matched: () => matched };
  }

  /** All parts of a rule; the packets that come to the next one. */
  #perform(passing: Flow, matched: Flow, performing: Performing): Flow {
    const { rule, asking } = performing;
    const { bdd } = this.space;
    let left = passing;
    let going = matched;
    for (const part of [rule, ...rule.then]) {
      const now = { ...asking, changedSets: going.changedSets };
      if (part !== rule) {
        const passed = within(bdd, going, asEntered(bdd, going, allSet(part.tests, now).yes));
        left = joined(bdd, left, within(bdd, going, bdd.not(passed.when)));
        going = passed;
      }
      const { on, off } = this.#performPart(going, part, { ...performing, asking: now });
      left = joined(bdd, left, off);
      going = on;
      if (going.when === FALSE) break;
    }
    return joined(bdd, left, going);
  }

  /** The packets that go on behind an action, and those for which it ends the rule. */
  #performPart(flow: Flow, { action }: RulePart, performing: Performing): { readonly on: Flow; readonly off: Flow } {
    if (flow.when === FALSE) return { on: NOTHING, off: NOTHING };
    const { bdd } = this.space;
    const { exits, asking } = performing;
    if (action.kind === "jump" || action.kind === "goto") {
      const back = this.#call({ flow, chain: action.chain, comesBack: action.kind === "jump" }, performing);
      if (back !== null) return { on: back, off: NOTHING };
    }
    const done = act(asking, flow, action);
    if (!isDone(done)) return { on: done, off: NOTHING };
    for (const [exit, leaving] of done.exits) exits.add(exit, leaving);
    let off = done.off ?? NOTHING;
    for (const call of done.calls ?? []) {
      if (call.flow.when === FALSE) continue;
      const back = this.#call(call, performing);
      if (back !== null) off = joined(bdd, off, back);
      else exits.add("unknown", call.flow);
    }
    return { on: done.on, off };
  }

  /** Packets that come back out of a chain; null: there is no such chain, or it calls itself. */
  #call({ flow, chain, comesBack }: Calling, { exits, chain: from }: Performing): Flow | null {
    const { bdd } = this.space;
    const called = this.#of(chain, flow.changedSets);
    if (called === null) return null;
    this.#calls.push({ from, to: chain, flow });
    exits.addCall((exit) => chained(bdd, flow, called.exit(exit)));
    const back = chained(bdd, flow, called.exit("through"));
    if (comesBack) return back;
    exits.add("through", back);
    return NOTHING;
  }
}

type Calling = NonNullable<Done["calls"]>[number];

const NONE: ReadonlySet<string> = new Set();
const NOTHING_GIVEN: Given = new Map();

/** A jump of one chain into another, with the packets that take it, by what they were where the first was entered. */
interface Call {
  readonly from: string;
  readonly to: string;
  readonly flow: Flow;
}

interface Performing {
  readonly chain: string;
  readonly rule: CompiledRule;
  readonly exits: Exits;
  readonly asking: Asking;
}

/** The exit of a rule that does nothing but send all that it matches there; null: it does more. */
export function verdictOf({ action, then, tests }: CompiledRule): Exit | null {
  if (then.length > 0 || restoresMark({ tests })) return null;
  return action.kind === "accept" || action.kind === "drop" ? action.kind : action.kind === "return" ? "through" : null;
}

/** `-m socket --restore-skmark` changes the packet while it tests. */
function restoresMark({ tests }: Pick<RulePart, "tests">): boolean {
  return tests.some((test) => test.kind === "socket" && test.restoreMark);
}

/** The exits of a chain: many ask for none of them, so that they are put together when one does. */
class Exits {
  readonly #space: Space;
  readonly #parts = new Map<Exit, (() => Flow)[]>();
  /** Where packets leave within chains that are called: by any exit but back. */
  readonly #calls: ((exit: Exit) => Flow)[] = [];
  readonly #known = new Map<Exit, Flow>();

  constructor(space: Space) {
    this.#space = space;
  }

  add(exit: Exit, flow: Flow): void {
    if (flow.when !== FALSE) this.addLater(exit, () => flow);
  }

  addLater(exit: Exit, flow: () => Flow): void {
    const parts = this.#parts.get(exit);
    if (parts === undefined) this.#parts.set(exit, [flow]);
    else parts.push(flow);
  }

  addCall(leaving: (exit: Exit) => Flow): void {
    this.#calls.push(leaving);
  }

  of(exit: Exit): Flow {
    let flow = this.#known.get(exit);
    if (flow === undefined) {
      const own = (this.#parts.get(exit) ?? []).map((part) => part());
      const called = exit === "through" ? [] : this.#calls.map((leaving) => leaving(exit));
      flow = allJoined(this.#space, own.concat(called));
      this.#known.set(exit, flow);
    }
    return flow;
  }
}

/** Halves first: as large as the parts, not as the last sum. */
function allJoined({ bdd }: Space, parts: readonly Flow[]): Flow {
  let row = parts;
  while (row.length > 1) {
    const next: Flow[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(joined(bdd, row[i] ?? NOTHING, row[i + 1] ?? NOTHING));
    row = next;
  }
  return row[0] ?? NOTHING;
}
