import type { CompiledChain } from "../program/program.ts";
import { AskedBits } from "./asks.ts";
import type { Ref } from "./bdd/bdd.ts";
import { callsOf } from "./call-graph.ts";
import type { ChainFlows, RuleFlow } from "./chain.ts";
import { everyPacket } from "./domain.ts";
import type { Flow } from "./flow.ts";
import { image } from "./image.ts";
import type { Space } from "./space.ts";

/**
 * The packets that come into each chain of a table, from all of its callers. Of what neither the chain nor any that it calls asks, nothing is
 * said: that of ten thousand services each is entered by an address of its own costs nothing.
 */
export class Entering {
  readonly #space: Space;
  readonly #asks: AskedBits;
  readonly #levels = new Map<Ref, ReadonlySet<number>>();
  readonly #sets = new Map<string, Set<Ref>>();

  /** Callers stand before those that they call. */
  constructor(flows: ChainFlows, chains: readonly CompiledChain[]) {
    this.#space = flows.space;
    this.#asks = new AskedBits(flows, chains);
  }

  of(chain: string): Ref {
    return this.#space.bdd.union([...(this.#sets.get(chain) ?? [])]);
  }

  add(chain: string, packets: Ref): void {
    const known = this.#sets.get(chain);
    if (known === undefined) this.#sets.set(chain, new Set([packets]));
    else known.add(packets);
  }

  /** Those of the packets of a chain that one of its rules sends into others. */
  call(chain: string, { rule, matched }: RuleFlow, packets: Ref): void {
    // What statements of nft make of a packet before they send it on is unknown.
    const isPlain = rule.then.length === 0 && rule.action.kind !== "verdict-map";
    for (const name of callsOf(rule, this.#space.program.nftSets))
      this.add(name, isPlain ? this.#sent(matched(), packets, [chain, name]) : everyPacket(this.#space));
  }

  /** As far as the second of the chains asks; all that rules of the first could send at the most where that is known to come there anyway. */
  #sent({ when, now, changedSets }: Flow, packets: Ref, [from, to]: readonly [string, string]): Ref {
    const { bdd } = this.#space;
    const { bits, own } = this.#asks.of(from);
    const asked = this.#asks.of(to).bits;
    const forgotten = bdd.exists(bits, asked);
    const levels = this.#levelsOf(asked);
    const then = new Map([...now].filter(([level]) => levels.has(level)));
    if (then.size === 0) {
      const most = bdd.exists(packets, forgotten);
      if (this.#sets.get(to)?.has(most) === true) return most;
      // Nothing that comes into a chain hangs on what its rules alone ask: without that many chains send the same, by the same bits.
      return bdd.andExists(bdd.exists(when, own), packets, forgotten);
    }
    return bdd.exists(image(bdd, { when: bdd.and(when, packets), now: then, changedSets }), bdd.and(forgotten, own));
  }

  #levelsOf(bits: Ref): ReadonlySet<number> {
    let levels = this.#levels.get(bits);
    if (levels === undefined) {
      levels = new Set(this.#space.bdd.support(bits));
      this.#levels.set(bits, levels);
    }
    return levels;
  }
}
