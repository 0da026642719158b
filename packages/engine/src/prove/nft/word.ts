import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Bdd, Ref } from "../bdd/bdd.ts";
import type { DataRange, Datum } from "../../program/value-set.ts";

/** What a value of nft is for each packet: a function for each of its bits, the highest first. */
export interface Word {
  /** Packets that have it; for the others the rule ends. */
  readonly has: Ref;
  readonly bits: readonly Ref[];
}

/** A value as a key of sets: bits are only made where nothing else will do. */
export interface Readable {
  readonly has: Ref;
  /** Packets whose value is in a range. */
  readonly inside: (range: DataRange) => Ref;
}

/** A number as constants. */
export function constantBits(value: Datum, width: number): readonly Ref[] {
  return Array.from({ length: width }, (_, index) =>
    ((BigInt(value) >> BigInt(width - 1 - index)) & 1n) === 1n ? TRUE : FALSE,
  );
}

export function constant(value: Datum, width: number): Word {
  return { has: TRUE, bits: constantBits(value, width) };
}

/** `from <= word <= to`. */
export function inRange(bdd: Bdd, bits: readonly Ref[], { from, to }: DataRange): Ref {
  const width = bits.length;
  const low = constantBits(from, width);
  const high = constantBits(to, width);
  if (BigInt(from) >> BigInt(width) > 0n) return FALSE;
  const isBeyond = BigInt(to) >> BigInt(width) > 0n;
  let atLeast: Ref = TRUE;
  let atMost: Ref = TRUE;
  // From the lowest bit up: what the bits below say counts where this bit is the same.
  for (let index = width - 1; index >= 0; index--) {
    const bit = bits[index] ?? FALSE;
    atLeast = low[index] === TRUE ? bdd.and(bit, atLeast) : bdd.or(bit, atLeast);
    atMost = high[index] === TRUE ? bdd.or(bdd.not(bit), atMost) : bdd.minus(atMost, bit);
  }
  return isBeyond ? atLeast : bdd.and(atLeast, atMost);
}

/** Bit by bit. */
export function combined(bdd: Bdd, a: Word, b: Word, operate: (bdd: Bdd, a: Ref, b: Ref) => Ref): Word {
  return {
    has: bdd.and(a.has, b.has),
    bits: a.bits.map((bit, index) => operate(bdd, bit, b.bits[index - a.bits.length + b.bits.length] ?? FALSE)),
  };
}

/** As wide as this: without its highest bits, or with zeros before them. */
export function resized({ has, bits }: Word, width: number): Word {
  const missing = Array.from({ length: Math.max(0, width - bits.length) }, (): Ref => FALSE);
  return { has, bits: [...missing, ...bits.slice(Math.max(0, bits.length - width))] };
}

/** To the left; negative: to the right. */
export function shiftedWord({ has, bits }: Word, places: number): Word {
  return { has, bits: bits.map((_, index) => bits[index + places] ?? FALSE) };
}

const BYTE = 8;

/** The bytes turned around. */
export function reversedWord({ has, bits }: Word): Word {
  const whole = Math.ceil(bits.length / BYTE) * BYTE;
  const padded = resized({ has, bits }, whole).bits;
  const bytes = Array.from({ length: whole / BYTE }, (_, index) => padded.slice(index * BYTE, (index + 1) * BYTE));
  return resized({ has, bits: bytes.reverse().flat() }, bits.length);
}
