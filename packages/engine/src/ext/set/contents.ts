import type { Address, Family } from "../../base/address.ts";
import type { IpSet, SetElement } from "../../model/sets.ts";
import type { Axis, PlaceKey, Stand } from "./axes.ts";
import { NOWHERE, axesOf, keyOf, maskOf, standsOf } from "./axes.ts";
import type { MatchOptions, SkbInfo } from "./options.ts";
import { skbMark } from "./options.ts";
import type { SetType } from "./types.ts";

/** What an element has beside its place. */
export interface Entry {
  readonly nomatch: boolean;
  /** hash:net,iface. `prefix`: `wildcard` was given. */
  readonly device: { readonly name: string; readonly prefix: boolean } | null;
  /** bitmap:ip,mac: null until a packet brings one. */
  readonly mac: string | null;
  readonly info: SkbInfo | null;
}

/** The elements of one place: one, but for hash:net,iface. */
export type Bucket = readonly Entry[];

/** A prefix length that some element has on an axis. */
interface Length {
  readonly length: number;
  readonly mask: Address;
}

/** What a set holds at one moment. */
export interface Contents {
  readonly axes: readonly Axis[];
  /** The elements of the dump, by place. */
  readonly buckets: ReadonlyMap<PlaceKey, Bucket>;
  /** The places that SET targets have changed since; an empty bucket is gone. */
  readonly changed: ReadonlyMap<PlaceKey, Bucket>;
  /** How many elements have each prefix length, by axis. */
  readonly counts: readonly ReadonlyMap<number, number>[];
  /** The same lengths, longest first. */
  readonly lengths: readonly (readonly Length[])[];
  readonly size: number;
  /** Some elements could not be placed: what is not found may yet be there. */
  readonly incomplete: boolean;
}

/** A hand-written range may stand for millions of places; a dump of the kernel has one place an element. */
const MAX_PLACES = 2_000_000;

const PLAIN: Entry = { nomatch: false, device: null, mac: null, info: null };
const PLAIN_BUCKET: Bucket = [PLAIN];

export function contentsOf(set: IpSet, type: SetType, options: MatchOptions): Contents {
  const axes = axesOf(type, set.family);
  const buckets = new Map<PlaceKey, Bucket>();
  const counts = axes.map(() => new Map<number, number>());
  let incomplete = set.terse === true;
  for (const element of set.elements) {
    if (element.parts.some((part) => part.kind === "iface" && part.physdev)) continue;
    const places = placesOf(element, axes, set, options);
    if (places === null || buckets.size + places.length > MAX_PLACES) {
      incomplete = true;
      continue;
    }
    const bucket = bucketOf(element);
    for (const { key, lengths } of places) {
      const before = bucket[0]?.device === null ? undefined : buckets.get(key);
      buckets.set(key, before === undefined ? bucket : before.concat(bucket));
      for (const [axis, length] of lengths.entries()) add(counts[axis], length, 1);
    }
  }
  const lengths = lengthsOf(axes, counts, set.family);
  return { axes, buckets, changed: new Map(), counts, lengths, size: set.elements.length, incomplete };
}

/** The elements at a place, or null. */
export function bucketAt({ buckets, changed }: Contents, key: PlaceKey): Bucket | null {
  const bucket = changed.get(key) ?? buckets.get(key);
  return bucket === undefined || bucket.length === 0 ? null : bucket;
}

/** The contents with another bucket at one place, and so many elements more. */
export function withBucket(contents: Contents, place: Place, bucket: Bucket, more: number, family: Family): Contents {
  const { axes, changed, size } = contents;
  const counts = contents.counts.map((count) => new Map(count));
  for (const [axis, length] of place.lengths.entries()) add(counts[axis], length, more);
  return {
    ...contents,
    changed: new Map(changed).set(place.key, bucket),
    counts,
    lengths: lengthsOf(axes, counts, family),
    size: size + more,
  };
}

function add(counts: Map<number, number> | undefined, length: number, by: number): void {
  const count = (counts?.get(length) ?? 0) + by;
  if (count > 0) counts?.set(length, count);
  else counts?.delete(length);
}

function lengthsOf(
  axes: readonly Axis[],
  counts: readonly ReadonlyMap<number, number>[],
  family: Family,
): readonly (readonly Length[])[] {
  return axes.map((axis, i) =>
    [...(counts[i]?.keys() ?? [])]
      .sort((a, b) => b - a)
      .map((length) => ({ length, mask: maskOf(length, axis, family) })),
  );
}

/** A place in the index, with its prefix length on each axis. */
export interface Place {
  readonly key: PlaceKey;
  readonly lengths: readonly number[];
}

/** Every place of an element: one for a plain one, several where it has ranges. Null: it does not fit the type. */
function placesOf(
  element: SetElement,
  axes: readonly Axis[],
  set: IpSet,
  options: MatchOptions,
): readonly Place[] | null {
  let places: readonly Place[] = [{ key: NOWHERE, lengths: [] }];
  for (const axis of axes) {
    const part = element.parts[axis.place];
    const stands: readonly Stand[] | null = part === undefined ? null : standsOf(part, axis, set, options);
    if (stands === null || stands.length * places.length > MAX_PLACES) return null;
    places = stands.flatMap((stand) => places.map((place) => narrowed(place, stand)));
  }
  return places;
}

function narrowed({ key, lengths }: Place, stand: Stand): Place {
  return { key: keyOf(key, stand), lengths: [...lengths, stand.kind === "bits" ? stand.length : 0] };
}

function bucketOf(element: SetElement): Bucket {
  const last = element.parts.at(-1);
  const device = last?.kind === "iface" ? { name: last.name, prefix: last.prefix } : null;
  const mac = last?.kind === "mac" ? last.mac.toLowerCase() : null;
  const info = skbMark(element);
  const plain = !element.nomatch && device === null && mac === null && info === null;
  return plain ? PLAIN_BUCKET : [{ nomatch: element.nomatch, device, mac, info }];
}
