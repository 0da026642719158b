import type { CompiledTable } from "../program/program.ts";
import { FALSE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { callsOf, chainsFrom } from "./call-graph.ts";
import type { Called } from "./call-graph.ts";
import type { ChainFlows, RuleFlow } from "./chain.ts";
import { packetsAt } from "./domain.ts";
import { asEntered } from "./flow.ts";
import type { Space } from "./space.ts";

/** A rule that sends packets into a chain. */
interface Caller {
  /** The chain that the rule stands in. */
  readonly chain: string;
  readonly flow: RuleFlow;
}

/** Packets in front of a base chain. */
export interface Entering {
  readonly called: Called;
  readonly set: Ref;
}

/** Calls that are followed for one question. */
const MOST_CALLS = 256;

/** Who calls whom in one table, for questions that go from a rule back to where packets enter. */
export class Callers {
  readonly #space: Space;
  readonly #bases: ReadonlyMap<string, readonly Called[]>;
  readonly #callers = new Map<string, Caller[]>();

  constructor(flows: ChainFlows, called: readonly Called[]) {
    this.#space = flows.space;
    const bases = new Map<string, Called[]>();
    for (const one of called) {
      const { name } = one.base.chain;
      bases.set(name, [...(bases.get(name) ?? []), one]);
    }
    this.#bases = bases;
    const { nftSets } = this.#space.program;
    for (const { name } of chainsFrom(
      called.map(({ base }) => base),
      nftSets,
    )) {
      for (const flow of flows.of(name)?.rules ?? []) {
        // What statements of nft do before they call is unknown.
        if (flow.rule.then.length > 0 || flow.rule.action.kind === "verdict-map") continue;
        for (const callee of callsOf(flow.rule, nftSets)) this.#add(callee, { chain: name, flow });
      }
    }
  }

  #add(callee: string, caller: Caller): void {
    const own = this.#callers.get(callee);
    if (own === undefined) this.#callers.set(callee, [caller]);
    else own.push(caller);
  }

  /** Packets in front of base chains that come to a chain as packets of `set`, base chain by base chain, one way in after the other. */
  *entering(chain: string, set: Ref): Generator<Entering> {
    const { bdd } = this.#space;
    const pending: { readonly chain: string; readonly set: Ref }[] = [{ chain, set }];
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const here = pending.pop();
      if (here === undefined) return;
      for (const called of this.#bases.get(here.chain) ?? []) {
        const entering = bdd.and(here.set, packetsAt(this.#space, called));
        if (entering !== FALSE) yield { called, set: entering };
      }
      for (const caller of (this.#callers.get(here.chain) ?? []).toReversed()) {
        const matched = caller.flow.matched();
        const before = bdd.and(matched.when, asEntered(bdd, matched, here.set));
        if (before !== FALSE) pending.push({ chain: caller.chain, set: before });
      }
    }
  }
}

/** The base chains of one table. */
export function calledIn(table: CompiledTable, all: Iterable<Called>): readonly Called[] {
  return [...all].filter(({ base }) => base.table === table);
}
