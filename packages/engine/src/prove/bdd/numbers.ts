import type { Address } from "../../base/address.ts";
import { FALSE, TRUE } from "./bdd.ts";
import type { Bdd, Ref } from "./bdd.ts";

/** The levels of a number's bits, highest bit first, ascending; null: that bit is 0. */
export type Bits = readonly (number | null)[];

/** Is the bit of this place, counted from the lowest, set? */
function isSet(value: Address, place: number): boolean {
  return typeof value === "number" ? Math.floor(value / 2 ** place) % 2 === 1 : (value >> BigInt(place)) % 2n === 1n;
}

/** `(number & mask) === value`; a value with bits outside of the mask is no number's. */
export function maskedEquals(bdd: Bdd, bits: Bits, mask: Address, value: Address): Ref {
  let result: Ref = TRUE;
  for (let place = 0; place < widthOf(mask, value, bits); place++) {
    const level = bits[bits.length - 1 - place] ?? null;
    const wanted = isSet(value, place);
    if (!isSet(mask, place) || level === null) {
      if (wanted) return FALSE;
    } else result = wanted ? bdd.node(level, FALSE, result) : bdd.node(level, result, FALSE);
  }
  return result;
}

function widthOf(mask: Address, value: Address, bits: Bits): number {
  return Math.max(bits.length, typeof mask === "number" && typeof value === "number" ? 32 : 128);
}

/** `number === value`. */
export function equals(bdd: Bdd, bits: Bits, value: Address): Ref {
  return between(bdd, bits, value, value);
}

/** `from <= number <= to`. */
export function between(bdd: Bdd, bits: Bits, from: Address, to: Address): Ref {
  return bdd.and(atLeast(bdd, bits, from), atMost(bdd, bits, to));
}

function atLeast(bdd: Bdd, bits: Bits, from: Address): Ref {
  if (isBeyond(from, bits)) return FALSE;
  let result: Ref = TRUE;
  for (let place = 0; place < bits.length; place++) {
    const level = bits[bits.length - 1 - place] ?? null;
    if (isSet(from, place)) result = level === null ? FALSE : bdd.node(level, FALSE, result);
    else if (level !== null) result = bdd.node(level, result, TRUE);
  }
  return result;
}

function atMost(bdd: Bdd, bits: Bits, to: Address): Ref {
  if (isBeyond(to, bits)) return TRUE;
  let result: Ref = TRUE;
  for (let place = 0; place < bits.length; place++) {
    const level = bits[bits.length - 1 - place] ?? null;
    if (isSet(to, place)) result = level === null ? TRUE : bdd.node(level, TRUE, result);
    else if (level !== null) result = bdd.node(level, result, FALSE);
  }
  return result;
}

/** Is the value larger than any number of so many bits? */
function isBeyond(value: Address, bits: Bits): boolean {
  return typeof value === "number" ? value >= 2 ** bits.length : value >> BigInt(bits.length) > 0n;
}

/** The bits of `bits` under a mask; the others are 0. */
export function maskedBits(bits: Bits, mask: number): Bits {
  return bits.map((level, index) => (isSet(mask, bits.length - 1 - index) ? level : null));
}
