import type { Address, Family } from "../../base/address.ts";
import { bitsOf, familyOf, maskAddress, maskOfLength, zeroOf } from "../../base/address.ts";
import type { Dimension, ElementPart, IpSet } from "../../model/sets.ts";
import type { MatchOptions } from "./options.ts";
import type { Piece } from "./pieces.ts";
import { piecesOf } from "./pieces.ts";
import type { SetType } from "./types.ts";

const PORT_BITS = 16;

/** One dimension that elements are found by. */
export interface Axis {
  readonly dimension: Dimension;
  /** Its place in the set type's name. */
  readonly place: number;
  /** Null: compared whole. */
  readonly bits: number | null;
}

/**
 * The dimensions that elements are hashed by, networks first: of several elements that hold a packet the one with the
 * longest prefix decides (ip_set_hash_gen.h mtype_test_cidrs). Devices, and the MAC address of bitmap:ip,mac, are not
 * hashed but compared with what the bucket has.
 */
export function axesOf(type: SetType, family: Family): readonly Axis[] {
  const address = bitsOf(zeroOf(family));
  const axes: Axis[] = [];
  for (const [place, dimension] of type.dimensions.entries()) {
    if (dimension === "ip" || dimension === "net") axes.push({ dimension, place, bits: address });
    else if (dimension === "port") axes.push({ dimension, place, bits: PORT_BITS });
    else if (dimension === "mark" || (dimension === "mac" && !isBitmapWithMac(type))) {
      axes.push({ dimension, place, bits: null });
    }
  }
  return axes.sort((a, b) => rank(a) - rank(b));
}

function rank({ dimension, place }: Axis): number {
  return dimension === "net" ? place : place + 10;
}

/** The one type whose elements may lack a MAC address and take that of the first packet. */
export function isBitmapWithMac(type: SetType): boolean {
  return type.name === "bitmap:ip,mac";
}

/** The leading bits of an address or port, as a number to mask with. */
export function maskOf(length: number, axis: Axis, family: Family): Address {
  return axis.bits === PORT_BITS ? (0xffff << (PORT_BITS - length)) & 0xffff : maskOfLength(length, family);
}

/** A place in the index: a number where one IPv4 address or bare port says it all, for speed, else text. */
export type PlaceKey = string | number;

/** The key of the place where nothing is said yet. */
export const NOWHERE: PlaceKey = "";

/** A place narrowed by a block of numbers inside its scope. */
export function bitsKey(place: PlaceKey, scope: string, value: Address, length: number): PlaceKey {
  if (place === NOWHERE && scope === "" && typeof value === "number") return value * MAX_LENGTHS + length;
  return `${String(place)};${scope}${String(value)}/${String(length)}`;
}

const MAX_LENGTHS = 64;

/** A place narrowed by a word. */
export function wordKey(place: PlaceKey, word: string): PlaceKey {
  return `${String(place)};${word}`;
}

/** Where an element stands on one axis: a block of numbers, or a word. */
export type Stand =
  | { readonly kind: "bits"; readonly scope: string; readonly value: Address; readonly length: number }
  | { readonly kind: "word"; readonly word: string };

export function keyOf(place: PlaceKey, stand: Stand): PlaceKey {
  return stand.kind === "word" ? wordKey(place, stand.word) : bitsKey(place, stand.scope, stand.value, stand.length);
}

/** Every place of an element's part on its axis, or null where the part does not belong there. */
export function standsOf(part: ElementPart, axis: Axis, set: IpSet, options: MatchOptions): readonly Stand[] | null {
  if (axis.dimension === "ip" || axis.dimension === "net") return addressStands(part, set.family, options.addressMask);
  if (axis.dimension === "port" && part.kind === "port") {
    const scope = part.proto === null ? "" : `${String(part.proto)}:`;
    return blocks(scope, piecesOf(part.from, part.to, PORT_BITS));
  }
  if (axis.dimension === "mark" && part.kind === "mark") return [word(String((part.mark & options.markMask) >>> 0))];
  return axis.dimension === "mac" && part.kind === "mac" ? [word(part.mac.toLowerCase())] : null;
}

function addressStands(part: ElementPart, family: Family, mask: Address): readonly Stand[] | null {
  if (part.kind === "address") {
    const { address, length } = part.prefix;
    if (familyOf(address) !== family) return null;
    const value = maskAddress(maskAddress(address, maskOfLength(length, family)), mask);
    return blocks("", [{ value, length }]);
  }
  if (part.kind !== "range" || familyOf(part.from) !== family || familyOf(part.to) !== family) return null;
  const pieces = piecesOf(part.from, part.to, bitsOf(part.from));
  return blocks(
    "",
    pieces.map(({ value, length }) => ({ value: maskAddress(value, mask), length })),
  );
}

function blocks(scope: string, pieces: readonly Piece[]): readonly Stand[] {
  return pieces.map(({ value, length }) => ({ kind: "bits", scope, value, length }));
}

function word(text: string): Stand {
  return { kind: "word", word: text };
}
