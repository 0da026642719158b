import type { Bdd, Ref } from "../bdd/bdd.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Bits } from "../bdd/numbers.ts";
import { singleBits } from "./blocks.ts";
import { cover } from "./cover.ts";

/** Inclusive. */
export interface Run {
  readonly from: bigint;
  readonly to: bigint;
}

/** Numbers `n` with `(n & mask) === value`. */
export interface Masked {
  readonly value: bigint;
  readonly mask: bigint;
}

/** The numbers of a set of numbers as ranges, ascending and not adjacent; null where there are more than `most`. */
export function runsOf(bdd: Bdd, bits: Bits, set: Ref, most: number): readonly Run[] | null {
  const runs: Run[] = [];
  for (const next of aligned(bdd, bits, set, 0)) {
    const last = runs.at(-1);
    if (last !== undefined && last.to + 1n === next.from) runs[runs.length - 1] = { from: last.from, to: next.to };
    else if (runs.push(next) > most) return null;
  }
  return runs;
}

/** Ranges of 2ⁿ numbers that begin at a multiple of their size, ascending; from the bit at `index` on. */
function* aligned(bdd: Bdd, bits: Bits, set: Ref, index: number, above = 0n): Iterable<Run> {
  if (set === FALSE) return;
  const size = 1n << BigInt(bits.length - index);
  if (set === TRUE || index === bits.length) yield { from: above, to: above + size - 1n };
  else {
    const isHere = bdd.level(set) === bits[index];
    yield* aligned(bdd, bits, isHere ? bdd.low(set) : set, index + 1, above);
    yield* aligned(bdd, bits, isHere ? bdd.high(set) : set, index + 1, above + size / 2n);
  }
}

/** The numbers as values under masks, which may overlap; null where more than `most` are needed. */
export function maskedOf(bdd: Bdd, bits: Bits, set: Ref, most: number): readonly Masked[] | null {
  const found: Masked[] = [];
  for (const { guards } of cover(bdd, singleBits(), set, set)) {
    if (found.length === most) return null;
    let value = 0n;
    let mask = 0n;
    for (const [{ first }, guard] of guards) {
      const bit = 1n << BigInt(bits.length - 1 - bits.indexOf(first));
      mask |= bit;
      if (bdd.high(guard) === TRUE) value |= bit;
    }
    found.push({ value, mask });
  }
  return found;
}

/** The largest and the smallest number of a set that is not empty. */
export function spanOf(bdd: Bdd, bits: Bits, set: Ref): Run {
  return { from: extreme(bdd, bits, set, false), to: extreme(bdd, bits, set, true) };
}

function extreme(bdd: Bdd, bits: Bits, set: Ref, largest: boolean): bigint {
  let at = set;
  let number = 0n;
  for (const level of bits) {
    number <<= 1n;
    const isHere = bdd.level(at) === level;
    const isOne = isHere ? (largest ? bdd.high(at) : bdd.low(at)) !== FALSE : largest;
    const goHigh = largest ? isOne : isHere && bdd.low(at) === FALSE;
    if (goHigh) number |= 1n;
    if (isHere) at = goHigh ? bdd.high(at) : bdd.low(at);
  }
  return number;
}
