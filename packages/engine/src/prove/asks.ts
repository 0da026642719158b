import type { Action } from "../program/action.ts";
import type { CompiledChain, CompiledRule } from "../program/program.ts";
import { TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { callsOf } from "./call-graph.ts";
import type { ChainFlow, ChainFlows } from "./chain.ts";
import { everyPacket } from "./domain.ts";
import type { Bitwise } from "./flow.ts";
import type { Space } from "./space.ts";

/** What the rules of a chain ask, each a conjunction of variables. */
export interface Asks {
  /** Bits of packets as they enter: no others matter to the chain, nor to any that it calls. */
  readonly bits: Ref;
  /** What nobody knows and no rule of another chain asks. */
  readonly own: Ref;
}

const NOTHING: Asks = { bits: TRUE, own: TRUE };

/** What each chain of a table asks. */
export class AskedBits {
  readonly #space: Space;
  readonly #chains = new Map<string, Asks>();
  /** By their cube: most chains of a large table ask the same. */
  readonly #parts = new Map<Ref, Asks>();

  /** Callers stand before those that they call. */
  constructor(flows: ChainFlows, chains: readonly CompiledChain[]) {
    this.#space = flows.space;
    const packet = this.#space.bdd.variables(everyPacket(this.#space));
    for (const { name } of chains.toReversed()) {
      const flow = flows.of(name);
      if (flow === null) continue;
      const { bits, own } = this.#testsOf(flow);
      this.#chains.set(name, { bits: this.#allOf([packet, bits, ...this.#beyondTests(flow)]), own });
    }
  }

  of(chain: string): Asks {
    return this.#chains.get(chain) ?? NOTHING;
  }

  /** Apart from the first: what one rule alone asks would make a conjunction of its own of what chains ask alike. */
  #testsOf({ rules }: ChainFlow): Asks {
    const { bdd } = this.#space;
    const asked = new Set(rules.flatMap(({ wanted, dropped }) => [bdd.variables(wanted), bdd.variables(dropped)]));
    const parts = [...asked].map((cube) => this.#parted(cube));
    return { bits: this.#allOf(parts.map(({ bits }) => bits)), own: this.#allOf(parts.map(({ own }) => own)) };
  }

  /** What rules ask by other means than their tests: in the chains that they call, or whatever there is. */
  #beyondTests({ rules }: ChainFlow): readonly Ref[] {
    const { bdd, layout, program } = this.#space;
    const called = rules.flatMap(({ rule, matched }) =>
      callsOf(rule, program.nftSets).map((name) => this.#before(matched().now, this.of(name).bits)),
    );
    if (rules.every(({ rule }) => isToldByTests(rule))) return called;
    const every = Object.values(layout.bits).flat();
    return [...called, bdd.cube(every.filter((level) => level !== null))];
  }

  /** The bits, at the entry, on which bits hang that rules may have changed since. */
  #before(now: Bitwise, bits: Ref): Ref {
    if (now.size === 0) return bits;
    const { bdd } = this.#space;
    const values = [...now].filter(([level]) => this.#isAmong(level, bits)).map(([, value]) => bdd.variables(value));
    const kept = bdd.exists(bits, bdd.cube(now.keys()));
    return this.#parted(this.#allOf([kept, ...values])).bits;
  }

  #isAmong(level: number, bits: Ref): boolean {
    let rest = bits;
    while (this.#space.bdd.level(rest) < level) rest = this.#space.bdd.high(rest);
    return this.#space.bdd.level(rest) === level;
  }

  #allOf(cubes: readonly Ref[]): Ref {
    return [...new Set(cubes)].reduce((all, cube) => this.#space.bdd.and(all, cube), TRUE);
  }

  /** Bits of packets apart from what nobody knows. */
  #parted(cube: Ref): Asks {
    let parts = this.#parts.get(cube);
    if (parts === undefined) {
      const { bdd } = this.#space;
      const levels = bdd.support(cube).map((level) => ({ level, unknown: this.#space.unknownAt(level) }));
      const bits = levels.filter(({ unknown }) => unknown === null);
      const own = levels.filter(({ unknown }) => unknown?.isOfOneRule === true);
      parts = { bits: bdd.cube(bits.map(({ level }) => level)), own: bdd.cube(own.map(({ level }) => level)) };
      this.#parts.set(cube, parts);
    }
    return parts;
  }
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
