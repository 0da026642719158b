import type { Address } from "../../base/address.ts";

/** A block of numbers that share their first `length` bits. */
export interface Piece<T extends Address = Address> {
  readonly value: T;
  readonly length: number;
}

/**
 * A range as the fewest aligned blocks, ascending: `10.0.0.1-10.0.0.4` → /32, /31, /32 (net/netfilter/ipset/pfxlen.c
 * ip_set_range_to_cidr). At most twice `bits` of them.
 */
export function piecesOf<T extends Address>(from: T, to: T, bits: number): readonly Piece<T>[] {
  if (from === to) return [{ value: from, length: bits }];
  const out: Piece<T>[] = [];
  const last = BigInt(to);
  let next = BigInt(from);
  while (next <= last) {
    let free = 0;
    while (free < bits && (next >> BigInt(free)) % 2n === 0n && next + (2n << BigInt(free)) - 1n <= last) free++;
    out.push({ value: sameType(next, from), length: bits - free });
    next += 1n << BigInt(free);
  }
  return out;
}

function sameType<T extends Address>(value: bigint, like: T): T {
  // The type parameter is one of two primitives, told apart by the value that is copied.
  return (typeof like === "number" ? Number(value) : value) as T;
}
