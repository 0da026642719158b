import { FALSE, LEAF, TRUE } from "./bdd.ts";
import type { Bdd, Ref } from "./bdd.ts";

/** A set with the number that stands for it. */
export interface Numbered {
  readonly when: Ref;
  readonly number: number;
}

/**
 * Of disjoint sets the number of the one that a value is in, bit by bit, highest first. Of values that are in none the bits mean
 * nothing, so that they are as small as telling the sets apart allows.
 */
export function numberedBits(bdd: Bdd, sets: readonly Numbered[], width: number): readonly Ref[] {
  const known = new Map<string, readonly Ref[]>();
  const constant = (number: number): readonly Ref[] =>
    Array.from({ length: width }, (_, index) => ((number >>> (width - 1 - index)) % 2 === 1 ? TRUE : FALSE));
  const among = (all: readonly Numbered[]): readonly Ref[] => {
    const left = all.filter(({ when }) => when !== FALSE);
    const [first] = left;
    if (first === undefined || left.every(({ number }) => number === first.number)) return constant(first?.number ?? 0);
    const key = left.map(({ when, number }) => `${String(when)} ${String(number)}`).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const level = left.reduce((top, { when }) => Math.min(top, bdd.level(when)), LEAF);
    const branch = (isHigh: boolean): readonly Numbered[] =>
      left.map((set) =>
        bdd.level(set.when) === level ? { ...set, when: isHigh ? bdd.high(set.when) : bdd.low(set.when) } : set,
      );
    const low = among(branch(false));
    const high = among(branch(true));
    const bits = low.map((bit, index) => bdd.node(level, bit, high[index] ?? FALSE));
    known.set(key, bits);
    return bits;
  };
  return among(sets);
}
