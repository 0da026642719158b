import type { Address, Prefix } from "../../base/address.ts";
import { bitsOf, netOf } from "../../base/address.ts";
import type { NftElement, NftExpression, NftVerdict } from "../../model/nft.ts";
import { addressOf, literal, prefixOf } from "./expression.ts";

export function element(
  key: NftExpression,
  data: NftElement["data"] = null,
  comment: string | null = null,
): NftElement {
  return { key, data, timeout: null, expires: null, comment, statements: [] };
}

/** `{ 0 : goto a, 1 : goto b }`: by number, from 0 on. */
export function numbered(verdicts: readonly NftVerdict[]): NftExpression {
  return { kind: "set", elements: verdicts.map((verdict, index) => element(literal(index), verdict)) };
}

/** Both ends belong to it. */
interface Interval {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * `{ … }` of some addresses and nets of one family, as nft makes it: a set of one is no set, and as soon as there is one net,
 * what touches or overlaps is one interval (nftables src/intervals.c, set_automerge).
 */
export function addressSet(prefixes: readonly [Prefix, ...Prefix[]]): NftExpression {
  const [first] = prefixes;
  if (prefixes.length === 1) return prefixOf(first);
  const bits = bitsOf(first.address);
  const intervals = prefixes.map((prefix) => intervalOf(prefix, bits)).sort((a, b) => order(a.from, b.from));
  const hasNets = intervals.some(({ from, to }) => from !== to);
  const elements = merged(intervals, hasNets ? 1n : 0n).map((one) => element(written(one, bits)));
  return { kind: "set", elements };
}

function intervalOf(prefix: Prefix, bits: number): Interval {
  const from = BigInt(netOf(prefix).value);
  return { from, to: from + (1n << BigInt(bits - prefix.length)) - 1n };
}

/** Sorted ones made one where they are no further apart than `reach`. */
function merged(sorted: readonly Interval[], reach: bigint): readonly Interval[] {
  const out: Interval[] = [];
  for (const next of sorted) {
    const last = out.at(-1);
    if (last === undefined || next.from > last.to + reach) out.push(next);
    else if (next.to > last.to) out[out.length - 1] = { from: last.from, to: next.to };
  }
  return out;
}

/** As an address, a net where it is one, else a range. */
function written({ from, to }: Interval, bits: number): NftExpression {
  const size = to - from + 1n;
  const power = size.toString(2).length - 1;
  const isNet = size === 1n << BigInt(power) && from % size === 0n;
  if (isNet) return prefixOf({ address: addressAt(from, bits), length: bits - power });
  return { kind: "range", from: addressOf(addressAt(from, bits)), to: addressOf(addressAt(to, bits)) };
}

function addressAt(value: bigint, bits: number): Address {
  return bits === 32 ? Number(value) : value;
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
