import type { CompiledChain, CompiledRule, CompiledTable, RulePart } from "../program/program.ts";
import { act, isDone, restoreMark } from "./action.ts";
import { FALSE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { everyPacket } from "./domain.ts";
import { EXITS } from "./exit.ts";
import type { Exit } from "./exit.ts";
import { EVERYTHING, NOTHING, asEntered, chained, joined, within } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { Space } from "./space.ts";
import { allSet } from "./test-set.ts";
import type { Asking } from "./test-set.ts";

/** What one rule does to the packets of its chain, by what they were where the chain was entered. */
export interface RuleFlow {
  readonly rule: CompiledRule;
  /** The packets that its tests say yes to, whatever came before. */
  readonly asked: Ref;
  /** The packets that its tests say yes to where every packet came to it with what rules before have made of it. */
  readonly wanted: Ref;
  /** Those that its tests drop, as tests for headers that are cut short do, whatever came before. */
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
  /** The packets that leave by an exit; put together when it is first asked for. */
  exit(exit: Exit): Flow;
}

/** The chains of one base chain, each looked at once for every packet that could enter it. */
export class ChainFlows {
  readonly space: Space;
  readonly #table: CompiledTable;
  /** Tells the unknowns of one base chain from those of others: `input filter`. */
  readonly #scope: string;
  readonly #packets: Ref;
  readonly #known = new Map<string, ChainFlow | null>();
  readonly #open: string[] = [];

  constructor(space: Space, table: CompiledTable, scope: string) {
    this.space = space;
    this.#table = table;
    this.#scope = scope;
    this.#packets = everyPacket(space);
  }

  /** Null: there is no such chain, or it calls itself. */
  of(name: string): ChainFlow | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const chain = this.#open.includes(name) ? null : this.#table.chain(name);
    if (chain === null) return null;
    this.#open.push(name);
    const flow = this.#flowOf(chain);
    this.#open.pop();
    this.#known.set(name, flow);
    return flow;
  }

  #flowOf(chain: CompiledChain): ChainFlow {
    const { bdd } = this.space;
    const exits = new Exits(this.space);
    const rules: RuleFlow[] = [];
    let here: Flow = within(bdd, EVERYTHING, this.#packets);
    for (const rule of chain.rules) {
      const place = `${this.#scope}${this.#table.name}/${chain.name}/${String(rule.number)}`;
      const flow = this.#step(here, rule, exits, place);
      rules.push(flow);
      here = flow.left;
    }
    exits.add("through", here);
    return { chain, rules, exit: (exit) => exits.of(exit) };
  }

  #step(here: Flow, rule: CompiledRule, exits: Exits, place: string): RuleFlow {
    const { space } = this;
    const { bdd } = space;
    const asking = { space, place, changedSets: here.changedSets };
    const { yes, drop } = allSet(rule.tests, asking);
    const wanted = asEntered(bdd, here, yes);
    const dropped = drop === FALSE ? FALSE : asEntered(bdd, here, drop);
    if (dropped !== FALSE) exits.addLater("drop", () => within(bdd, here, dropped));
    const passing = within(bdd, here, bdd.not(bdd.or(wanted, dropped)));
    const step = { rule, asked: yes, wanted, dropped: drop, reached: here };
    const verdict = verdictOf(rule);
    if (verdict !== null) {
      // Most rules end the chain, and few are asked which packets they match.
      const matched = once(() => within(bdd, here, wanted));
      exits.addLater(verdict, matched);
      return { ...step, left: passing, matched };
    }
    const asTested = within(bdd, here, wanted);
    const matched = restoresMark(rule) ? restoreMark(space, asTested, place) : asTested;
    return { ...step, left: this.#perform(passing, matched, { rule, exits, asking }), matched: () => matched };
  }

  /** All parts of a rule; the packets that come to the next one. */
  #perform(passing: Flow, matched: Flow, { rule, exits, asking }: Performing): Flow {
    const { bdd } = this.space;
    let left = passing;
    let going = matched;
    for (const part of [rule, ...rule.then]) {
      if (part !== rule) {
        const answer = allSet(part.tests, { ...asking, changedSets: going.changedSets });
        const passed = within(bdd, going, asEntered(bdd, going, answer.yes));
        left = joined(bdd, left, within(bdd, going, bdd.not(passed.when)));
        going = passed;
      }
      going = this.#performPart(going, part, exits, asking.place);
      if (going.when === FALSE) break;
    }
    return joined(bdd, left, going);
  }

  /** The packets that go on behind an action. */
  #performPart(flow: Flow, { action }: RulePart, exits: Exits, place: string): Flow {
    const { space } = this;
    if (flow.when === FALSE) return NOTHING;
    const called = action.kind === "jump" || action.kind === "goto" ? this.of(action.chain) : null;
    if (called !== null) return this.#call(flow, called, action.kind === "jump", exits);
    const done = act(space, flow, action, place);
    if (!isDone(done)) return done;
    for (const [exit, leaving] of done.exits) exits.add(exit, leaving);
    return done.on;
  }

  #call(flow: Flow, called: ChainFlow, comesBack: boolean, exits: Exits): Flow {
    const { bdd } = this.space;
    for (const exit of EXITS) if (exit !== "through") exits.addLater(exit, () => chained(bdd, flow, called.exit(exit)));
    const back = chained(bdd, flow, called.exit("through"));
    if (comesBack) return back;
    exits.add("through", back);
    return NOTHING;
  }
}

interface Performing {
  readonly rule: CompiledRule;
  readonly exits: Exits;
  readonly asking: Asking;
}

/** The exit of a rule that does nothing but send all that it matches there; null: it does more. */
export function verdictOf({ action, then, tests }: CompiledRule): Exit | null {
  if (then.length > 0 || restoresMark({ tests })) return null;
  return action.kind === "accept" || action.kind === "drop" ? action.kind : action.kind === "return" ? "through" : null;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** `-m socket --restore-skmark` changes the packet while it tests. */
function restoresMark({ tests }: Pick<RulePart, "tests">): boolean {
  return tests.some((test) => test.kind === "socket" && test.restoreMark);
}

/** The exits of a chain: many ask for none of them, so that they are put together when one does. */
class Exits {
  readonly #space: Space;
  readonly #parts = new Map<Exit, (() => Flow)[]>();
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

  of(exit: Exit): Flow {
    let flow = this.#known.get(exit);
    if (flow === undefined) {
      flow = allJoined(this.#space, this.#parts.get(exit) ?? []);
      this.#known.set(exit, flow);
    }
    return flow;
  }
}

/** Halves first: as large as the parts, not as the last sum. */
function allJoined({ bdd }: Space, parts: readonly (() => Flow)[]): Flow {
  let row = parts.map((part) => part());
  while (row.length > 1) {
    const next: Flow[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(joined(bdd, row[i] ?? NOTHING, row[i + 1] ?? NOTHING));
    row = next;
  }
  return row[0] ?? NOTHING;
}
