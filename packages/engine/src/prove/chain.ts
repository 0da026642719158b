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

/** What one rule does to the packets of its chain, by what they were where the chain was entered. */
export interface RuleFlow {
  readonly rule: CompiledRule;
  /** The packets that its tests say yes to, whatever came before. */
  readonly asked: Ref;
  /** The packets that its tests say yes to where every packet came to it with what rules before have made of it. */
  readonly wanted: Ref;
  /** Those that come to it. */
  readonly reached: Flow;
  /** Those that match it. */
  readonly matched: Flow;
  /** Those that do not go on to the next rule. */
  readonly taken: Ref;
}

/** A chain with all that it calls, as a relation between packets at its entry and at each exit. */
export interface ChainFlow {
  readonly chain: CompiledChain;
  readonly rules: readonly RuleFlow[];
  readonly exits: Readonly<Record<Exit, Flow>>;
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
      const { asked, wanted, matched, next } = this.#step(
        here,
        rule,
        exits,
        `${this.#table.name}/${chain.name}/${String(rule.number)}`,
      );
      rules.push({ rule, asked, wanted, reached: here, matched, taken: bdd.minus(here.when, next.when) });
      here = next;
    }
    exits.add("through", here);
    return { chain, rules, exits: exits.all() };
  }

  #step(
    here: Flow,
    rule: CompiledRule,
    exits: Exits,
    place: string,
  ): { asked: Ref; wanted: Ref; matched: Flow; next: Flow } {
    const { space } = this;
    const { bdd } = space;
    const asking = { space, place: `${this.#scope}${place}`, changedSets: here.changedSets };
    const { yes, drop } = allSet(rule.tests, asking);
    const wanted = asEntered(bdd, here, yes);
    if (drop !== FALSE) exits.add("drop", within(bdd, here, asEntered(bdd, here, drop)));
    const asTested = within(bdd, here, wanted);
    const matched = restoresMark(rule) ? restoreMark(space, asTested, asking.place) : asTested;
    let next = within(bdd, here, bdd.not(drop === FALSE ? wanted : bdd.or(wanted, asEntered(bdd, here, drop))));
    let going = matched;
    for (const part of [rule, ...rule.then]) {
      if (part !== rule) {
        const answer = allSet(part.tests, { ...asking, changedSets: going.changedSets });
        const passed = within(bdd, going, asEntered(bdd, going, answer.yes));
        next = joined(bdd, next, within(bdd, going, bdd.not(passed.when)));
        going = passed;
      }
      going = this.#perform(going, part, exits, asking.place);
      if (going.when === FALSE) break;
    }
    return { asked: yes, wanted, matched, next: joined(bdd, next, going) };
  }

  /** The packets that go on behind an action. */
  #perform(flow: Flow, { action }: RulePart, exits: Exits, place: string): Flow {
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
    for (const exit of EXITS) if (exit !== "through") exits.add(exit, chained(bdd, flow, called.exits[exit]));
    const back = chained(bdd, flow, called.exits.through);
    if (comesBack) return back;
    exits.add("through", back);
    return NOTHING;
  }
}

/** `-m socket --restore-skmark` changes the packet while it tests. */
function restoresMark({ tests }: RulePart): boolean {
  return tests.some((test) => test.kind === "socket" && test.restoreMark);
}

/** The exits of a chain while it is gone through. */
class Exits {
  readonly #space: Space;
  readonly #flows = new Map<Exit, Flow>();

  constructor(space: Space) {
    this.#space = space;
  }

  add(exit: Exit, flow: Flow): void {
    if (flow.when === FALSE) return;
    this.#flows.set(exit, joined(this.#space.bdd, this.#flows.get(exit) ?? NOTHING, flow));
  }

  all(): Readonly<Record<Exit, Flow>> {
    const of = (exit: Exit): Flow => this.#flows.get(exit) ?? NOTHING;
    return {
      accept: of("accept"),
      drop: of("drop"),
      reject: of("reject"),
      queue: of("queue"),
      unknown: of("unknown"),
      through: of("through"),
    };
  }
}
