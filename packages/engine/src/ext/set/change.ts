import type { Address } from "../../base/address.ts";
import { maskAddress } from "../../base/address.ts";
import type { SetKey } from "../../program/set-lookup.ts";
import type { Direction } from "../../program/test.ts";
import type { Axis } from "./axes.ts";
import { NOWHERE, bitsKey, isBitmapWithMac, maskOf, wordKey } from "./axes.ts";
import type { Contents, Entry, Place } from "./contents.ts";
import { bucketAt, withBucket } from "./contents.ts";
import type { Frame } from "./frame.ts";
import { hasRest, partsOf } from "./frame.ts";
import type { PacketPart } from "./packet-part.ts";

/** What a SET target does. */
export interface Change {
  readonly key: SetKey;
  readonly directions: readonly Direction[];
  readonly op: "add" | "del";
  /** `--exist`: an element that is there already is written anew. */
  readonly exist: boolean;
}

/** The contents after a change; null: the kernel refuses it. */
export function change(frame: Frame, contents: Contents, { key, directions, op, exist }: Change): Contents | null {
  const parts = partsOf(frame, key, directions);
  if (parts === null) return null;
  if (parts.some((part) => part.kind === "unknown")) return { ...contents, incomplete: true };
  const place = placeOf(frame, contents, parts);
  if (place === null) return null;
  const { type, set, options } = frame;
  const bucket = bucketAt(contents, place.key) ?? [];
  const last = parts.at(-1);
  const at = isBitmapWithMac(type) ? bucket.length - 1 : bucket.findIndex((entry) => hasRest(entry, last) === true);
  const there = bucket[at];
  if (op === "del") {
    return there === undefined ? null : withBucket(contents, place, bucket.toSpliced(at, 1), -1, set.family);
  }
  if (there !== undefined) {
    const again = rewritten(there, entryOf(frame, last), exist);
    return again === null ? null : withBucket(contents, place, bucket.with(at, again), 0, set.family);
  }
  if (contents.size >= options.maxElements) return null;
  return withBucket(contents, place, [...bucket, entryOf(frame, last)], 1, set.family);
}

/** ip_set_hash_gen.h mtype_add and ip_set_bitmap_ipmac.c bitmap_ipmac_do_add; null: `it's already added`. */
function rewritten(there: Entry, wanted: Entry, exist: boolean): Entry | null {
  if (there.mac === null && wanted.mac !== null) return { ...there, mac: wanted.mac };
  return exist ? { ...there, nomatch: false, info: null, mac: wanted.mac } : null;
}

function entryOf({ type }: Frame, last: PacketPart | undefined): Entry {
  const value = last?.kind === "word" ? last.value : null;
  const dimension = type.dimensions.at(-1);
  return {
    nomatch: false,
    device: dimension === "iface" && value !== null ? { name: value, prefix: false } : null,
    mac: dimension === "mac" ? value : null,
    info: null,
  };
}

/**
 * Where a SET target writes. A network gets the longest prefix that the set has, else the whole address (INIT_CIDR in
 * ip_set_hash_gen.h). Null: outside a bitmap's range, or the zero address in the types that refuse it.
 */
function placeOf(frame: Frame, contents: Contents, parts: readonly PacketPart[]): Place | null {
  let key = NOWHERE;
  const lengths: number[] = [];
  for (const [depth, axis] of contents.axes.entries()) {
    const part = parts[axis.place];
    if (part?.kind === "word") {
      key = wordKey(key, part.value);
      lengths.push(0);
    } else if (part?.kind === "bits" && axis.bits !== null) {
      if (isRefused(frame, axis, part.value)) return null;
      const length = axis.dimension === "net" ? (contents.lengths[depth]?.[0]?.length ?? axis.bits) : axis.bits;
      key = bitsKey(key, part.scope, maskAddress(part.value, maskOf(length, axis, frame.set.family)), length);
      lengths.push(length);
    }
  }
  return { key, lengths };
}

/** hash_ip4_kadt and hash_ipport4_kadt refuse 0.0.0.0, the bitmaps what is out of their range. */
function isRefused({ type, options: { range } }: Frame, axis: Axis, value: Address): boolean {
  if (range !== null) return value < range.from || value > range.to;
  return axis.dimension === "ip" && ZERO_REFUSING.has(type.name) && BigInt(value) === 0n;
}

const ZERO_REFUSING: ReadonlySet<string> = new Set(["hash:ip", "hash:ip,port"]);
