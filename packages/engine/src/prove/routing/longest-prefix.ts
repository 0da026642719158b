import type { Address } from "../../base/address.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Bdd, Ref } from "../bdd/bdd.ts";
import { isSet } from "../bdd/numbers.ts";
import type { Bits } from "../bdd/numbers.ts";

/** What a prefix says to the addresses in it for which no longer one has answered. */
export interface Line {
  /** The prefix, without host bits. */
  readonly value: Address;
  readonly length: number;
  /** The packets that may take it; the others go on to the next line. */
  readonly may: Ref;
  /** Answers by number. Disjoint; together every packet. */
  readonly ways: readonly { readonly when: Ref; readonly to: number }[];
}

/** The number of those that no line answers. */
export const OPEN = -1;

/** Every address at once, by the number of its answer: the longest prefix first, and of one prefix the lines as they stand. */
export function longestPrefix(bdd: Bdd, bits: Bits, lines: readonly Line[]): ReadonlyMap<number, Ref> {
  // Stable: lines of one prefix stay in their order.
  const sorted = lines.toSorted((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.length - b.length));
  return new Trie(bdd, bits, sorted).regions(0, sorted.length, 0);
}

/** Packets of a part of the trie by the answer that they get, as functions of the destination bits below it. Whoever asked owns it. */
type Regions = Map<number, Ref>;

class Trie {
  readonly #bdd: Bdd;
  readonly #bits: Bits;
  readonly #lines: readonly Line[];

  constructor(bdd: Bdd, bits: Bits, lines: readonly Line[]) {
    this.#bdd = bdd;
    this.#bits = bits;
    this.#lines = lines;
  }

  /** Lines `from` to before `to` agree in their first `depth` bits; from the longest prefix up, each node is made once. */
  regions(from: number, to: number, depth: number): Regions {
    let inner = from;
    while (inner < to && this.#lines[inner]?.length === depth) inner++;
    const regions = inner === to ? new Map([[OPEN, TRUE]]) : this.#below(inner, to, depth);
    for (let at = from; at < inner; at++) this.#take(regions, this.#lines[at]);
    return regions;
  }

  #below(from: number, to: number, depth: number): Regions {
    const place = this.#bits.length - 1 - depth;
    let split = from;
    while (split < to && !isSet(this.#lines[split]?.value ?? 0, place)) split++;
    const level = this.#bits[depth] ?? 0;
    if (split === to) return this.#branched(level, this.regions(from, to, depth + 1), "low");
    if (split === from) return this.#branched(level, this.regions(from, to, depth + 1), "high");
    return this.#joined(level, this.regions(from, split, depth + 1), this.regions(split, to, depth + 1));
  }

  /** The other branch is open. */
  #branched(level: number, regions: Regions, side: "low" | "high"): Regions {
    if (!regions.has(OPEN)) regions.set(OPEN, FALSE);
    for (const [to, when] of regions) {
      const other = to === OPEN ? TRUE : FALSE;
      regions.set(to, side === "low" ? this.#node(level, when, other) : this.#node(level, other, when));
    }
    return regions;
  }

  #joined(level: number, low: Regions, high: Regions): Regions {
    for (const [to, when] of low) {
      const other = high.get(to) ?? FALSE;
      low.set(to, this.#node(level, when, other));
      high.delete(to);
    }
    for (const [to, when] of high) low.set(to, this.#node(level, FALSE, when));
    return low;
  }

  /** Conditions may stand above the destination's bits. */
  #node(level: number, low: Ref, high: Ref): Ref {
    const bdd = this.#bdd;
    return bdd.level(low) > level && bdd.level(high) > level
      ? bdd.node(level, low, high)
      : bdd.ite(bdd.variable(level), high, low);
  }

  #take(regions: Regions, line: Line | undefined): void {
    const bdd = this.#bdd;
    const open = regions.get(OPEN) ?? FALSE;
    if (line === undefined || open === FALSE) return;
    const here = bdd.and(open, line.may);
    regions.set(OPEN, bdd.minus(open, line.may));
    for (const { when, to } of line.ways) regions.set(to, bdd.or(regions.get(to) ?? FALSE, bdd.and(here, when)));
  }
}
