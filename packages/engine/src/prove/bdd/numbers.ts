import type { Address } from "../../base/address.ts";
import { FALSE, TRUE } from "./bdd.ts";
import type { Bdd, Ref, Valued } from "./bdd.ts";

/** The levels of a number's bits, highest bit first, ascending; null: that bit is 0. */
export type Bits = readonly (number | null)[];

/** Is the bit of this place, counted from the lowest, set? */
export function isSet(value: Address, place: number): boolean {
  if (typeof value === "bigint") return (value >> BigInt(place)) % 2n === 1n;
  if (place < 32 && value <= 0xffff_ffff) return ((value >>> place) & 1) === 1;
  return Math.floor(value / 2 ** place) % 2 === 1;
}

/** `(number & mask) === value`; a value with bits outside of the mask is no number's. */
export function maskedEquals(bdd: Bdd, bits: Bits, mask: Address, value: Address): Ref {
  const values = maskedValues(bits, mask, value);
  return values === null ? FALSE : bdd.andValues(TRUE, values);
}

/** The bits that `(number & mask) === value` fixes, ascending by level; null: no number's. */
export function maskedValues(bits: Bits, mask: Address, value: Address): readonly Valued[] | null {
  const values: Valued[] = [];
  for (let place = widthOf(mask, value, bits) - 1; place >= 0; place--) {
    const level = bits[bits.length - 1 - place] ?? null;
    const wanted = isSet(value, place);
    if (isSet(mask, place) && level !== null) values.push({ level, value: wanted });
    else if (wanted) return null;
  }
  return values;
}

function widthOf(mask: Address, value: Address, bits: Bits): number {
  return Math.max(bits.length, typeof mask === "number" && typeof value === "number" ? 32 : 128);
}

/** `from <= number <= to`. */
export function between(bdd: Bdd, bits: Bits, from: Address, to: Address): Ref {
  if (from > to || isBeyond(from, bits)) return FALSE;
  const last = isBeyond(to, bits) ? largest(to, bits) : to;
  let split = bits.length - 1;
  while (split >= 0 && isSet(from, split) === isSet(last, split)) split--;
  let result: Ref = TRUE;
  if (split >= 0) {
    const level = bits[bits.length - 1 - split] ?? null;
    const low = atLeast(bdd, bits, from, split);
    result = level === null ? low : bdd.node(level, low, atMost(bdd, bits, last, split));
  }
  // Above the highest bit in which the two differ all numbers between them agree.
  for (let place = split + 1; place < bits.length; place++) {
    const level = bits[bits.length - 1 - place] ?? null;
    if (level !== null) result = isSet(from, place) ? bdd.node(level, FALSE, result) : bdd.node(level, result, FALSE);
    else if (isSet(from, place)) return FALSE;
  }
  return result;
}

/** The lowest `count` bits are at least those of `from`. */
function atLeast(bdd: Bdd, bits: Bits, from: Address, count: number): Ref {
  let result: Ref = TRUE;
  for (let place = 0; place < count; place++) {
    const level = bits[bits.length - 1 - place] ?? null;
    if (isSet(from, place)) result = level === null ? FALSE : bdd.node(level, FALSE, result);
    else if (level !== null) result = bdd.node(level, result, TRUE);
  }
  return result;
}

/** The lowest `count` bits are at most those of `to`. */
function atMost(bdd: Bdd, bits: Bits, to: Address, count: number): Ref {
  let result: Ref = TRUE;
  for (let place = 0; place < count; place++) {
    const level = bits[bits.length - 1 - place] ?? null;
    if (isSet(to, place)) result = level === null ? TRUE : bdd.node(level, TRUE, result);
    else if (level !== null) result = bdd.node(level, result, FALSE);
  }
  return result;
}

/** The largest number of so many bits, of the type of the other. */
function largest(like: Address, bits: Bits): Address {
  return typeof like === "number" ? 2 ** bits.length - 1 : (1n << BigInt(bits.length)) - 1n;
}

/** Is the value larger than any number of so many bits? */
function isBeyond(value: Address, bits: Bits): boolean {
  return typeof value === "number" ? value >= 2 ** bits.length : value >> BigInt(bits.length) > 0n;
}

/** The bits of `bits` under a mask; the others are 0. */
export function maskedBits(bits: Bits, mask: number): Bits {
  return bits.map((level, index) => (isSet(mask, bits.length - 1 - index) ? level : null));
}

/** A number as constants, one for each bit. */
export function numberBits(bits: Bits, value: Address): readonly Ref[] {
  return bits.map((_, index) => (isSet(value, bits.length - 1 - index) ? TRUE : FALSE));
}
