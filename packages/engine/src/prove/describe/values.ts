import { allOnes, printAddress, printAddressMask, V4_BITS } from "../../base/address.ts";
import type { Address } from "../../base/address.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Bdd, Ref } from "../bdd/bdd.ts";
import { between } from "../bdd/numbers.ts";
import type { Bits } from "../bdd/numbers.ts";
import type { DeviceName } from "../devices.ts";
import type { FieldName, Layout } from "../layout.ts";
import type { Space } from "../space.ts";
import type { Term, Value } from "./description.ts";
import { kindOf } from "./field-names.ts";
import { maskedOf, runsOf, spanOf } from "./numbers.ts";
import type { Masked, Run } from "./numbers.ts";

/** More values than this are not listed. */
const MOST_VALUES = 64;

/**
 * What a field may be, in the shortest of the ways to say it; null where every way is too long. `guard` is of its bits alone, and so is
 * `possible`: values outside of it no packet that is spoken of has, so that they may be told or not.
 */
export function termOf(space: Space, field: FieldName, guard: Ref, possible: Ref = TRUE): Term | null {
  const { bdd } = space;
  const has = bdd.and(guard, possible);
  const lacks = bdd.minus(possible, guard);
  const ways: readonly (readonly [not: boolean, told: Ref])[] = [
    [false, withoutGaps(space, field, has, possible)],
    [false, guard],
    [true, withoutGaps(space, field, lacks, possible)],
    [true, bdd.not(guard)],
  ];
  let best: Term | null = null;
  for (const [not, told] of ways) {
    for (const values of waysToTell(space, field, told))
      if (values !== null && (best === null || values.length < best.values.length)) best = { field, not, values };
  }
  return best;
}

/** The same values, and those between them that are not possible. */
function withoutGaps({ bdd, layout }: Space, field: FieldName, told: Ref, possible: Ref): Ref {
  const { kind } = kindOf(field, layout);
  if (possible === TRUE || (kind !== "ranges" && kind !== "address")) return told;
  const bits = layout.bits[field];
  const runs = runsOf(bdd, bits, bdd.or(told, bdd.not(possible)), MOST_RUNS) ?? [];
  const pieces = runs.flatMap((run) => {
    const own = bdd.and(told, rangeSet(bdd, bits, run));
    return own === FALSE ? [] : [rangeSet(bdd, bits, spanOf(bdd, bits, own))];
  });
  return runs.length === 0 ? told : bdd.union(pieces);
}

/** Runs of what is told and of what is not possible. */
const MOST_RUNS = 4 * MOST_VALUES;

function rangeSet(bdd: Bdd, bits: Bits, { from, to }: Run): Ref {
  const isLong = bits.length > V4_BITS;
  return isLong ? between(bdd, bits, from, to) : between(bdd, bits, Number(from), Number(to));
}

/** The smallest range that holds all that a field may be. */
export function hullOf(space: Space, field: FieldName, guard: Ref): Term {
  const run = spanOf(space.bdd, space.layout.bits[field], guard);
  return { field, not: false, values: [rangeValue(space, field, run)] };
}

/** The better way first where both take as many values. */
function* waysToTell(space: Space, field: FieldName, guard: Ref): Iterable<readonly Value[] | null> {
  const kind = kindOf(field, space.layout);
  const ranges = (): readonly Value[] | null =>
    runsOf(space.bdd, space.layout.bits[field], guard, MOST_VALUES)?.map((run) => rangeValue(space, field, run)) ??
    null;
  const masks = (): readonly Value[] | null =>
    maskedOf(space.bdd, space.layout.bits[field], guard, MOST_VALUES)?.map((one) => maskedValue(space, field, one)) ??
    null;
  switch (kind.kind) {
    case "named":
      yield numbersIn(space, field, guard, kind.names.length).map((number) => ({ name: kind.names[number] ?? "" }));
      break;
    case "device":
      yield deviceValues(space, numbersIn(space, field, guard, space.devices.names.length));
      break;
    case "mac":
      yield ranges();
      break;
    case "ranges":
    case "address":
      // Masks are hard to read: only where there is no other way.
      yield ranges() ?? masks();
      break;
    case "masks":
      yield masks();
      yield ranges();
      break;
  }
}

function rangeValue({ layout }: Space, field: FieldName, { from, to }: Run): Value {
  const kind = kindOf(field, layout);
  if (kind.kind === "address") {
    const [first, last] = [from, to].map((number) => addressOf(layout, number));
    const size = to - from + 1n;
    const isNet = (size & (size - 1n)) === 0n && from % size === 0n;
    if (isNet) return netValue(layout, { value: from, mask: everyBit(layout, field) ^ (size - 1n) });
    return { from: printAddress(first ?? 0), to: printAddress(last ?? 0) };
  }
  if (kind.kind === "mac") return { from: macText(from), to: macText(to) };
  const name = kind.kind === "ranges" && from === to ? kind.nameOf(Number(from)) : null;
  return name === null ? { from: Number(from), to: Number(to) } : { name };
}

function maskedValue({ layout }: Space, field: FieldName, one: Masked): Value {
  if (kindOf(field, layout).kind === "address") return netValue(layout, one);
  return { value: Number(one.value), mask: Number(one.mask) };
}

function everyBit({ bits }: Layout, field: FieldName): bigint {
  return (1n << BigInt(bits[field].length)) - 1n;
}

/** An address alone, or a network. */
function netValue(layout: Layout, { value, mask }: Masked): Value {
  const net = { value: addressOf(layout, value), mask: addressOf(layout, mask) };
  return { net: net.mask === allOnes(layout.family) ? printAddress(net.value) : printAddressMask(net) };
}

function addressOf({ family }: Layout, number: bigint): Address {
  return family === "ip" ? Number(number) : number;
}

function macText(number: bigint): string {
  return (number.toString(16).padStart(12, "0").match(/../g) ?? []).join(":");
}

/** The numbers below a limit that are in a set; of a field of few values. */
function numbersIn({ bdd, layout }: Space, field: FieldName, guard: Ref, limit: number): readonly number[] {
  const bits = layout.bits[field];
  const places = new Map(bits.map((level, index) => [level, bits.length - 1 - index]));
  return Array.from({ length: limit }, (_, number) => number).filter((number) =>
    bdd.holds(guard, (level) => (number >>> (places.get(level) ?? 0)) % 2 === 1),
  );
}

/** Devices by name; those that share a beginning by that, where all of them are in. */
function deviceValues({ devices: { names } }: Space, numbers: readonly number[]): readonly Value[] {
  const inside = new Set(numbers);
  const values: Value[] = [];
  for (let number = 0; number < names.length;) {
    const device = names[number];
    const end = device === undefined ? number : wholeGroup(names, inside, number);
    if (device !== undefined && end > number) values.push({ begins: device.name, isOther: false });
    else if (device !== undefined && inside.has(number))
      values.push(device.isOther ? { begins: device.name, isOther: true } : { name: device.name });
    number = Math.max(end, number + 1);
  }
  return values;
}

/** Where the devices end that begin as the one at `first` is called, if all are in and one of them stands for all others; else `first`. */
function wholeGroup(names: readonly DeviceName[], inside: ReadonlySet<number>, first: number): number {
  const begins = names[first]?.name ?? "";
  if (first === 0) return first;
  // Sorted by name: they stand together, the one that stands for others in front or behind the one that is called just so.
  const hasOther = [first, first + 1].some(
    (number) => names[number]?.isOther === true && names[number].name === begins,
  );
  let end = first;
  while (hasOther && inside.has(end) && names[end]?.name.startsWith(begins) === true) end++;
  return hasOther && names[end]?.name.startsWith(begins) !== true ? end : first;
}
