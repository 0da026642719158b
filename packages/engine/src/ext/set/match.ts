import { maskAddress } from "../../base/address.ts";
import type { IpSet } from "../../model/sets.ts";
import type { SetAnswer, SetKey, SetLookup, SetQuestion } from "../../program/set-lookup.ts";
import type { Direction } from "../../program/test.ts";
import type { PlaceKey } from "./axes.ts";
import { NOWHERE, bitsKey, wordKey } from "./axes.ts";
import { change } from "./change.ts";
import type { Bucket, Contents, Entry } from "./contents.ts";
import { bucketAt, contentsOf } from "./contents.ts";
import type { Frame } from "./frame.ts";
import { hasRest, partsOf } from "./frame.ts";
import { compileList } from "./list.ts";
import type { SkbInfo } from "./options.ts";
import { matchOptions } from "./options.ts";
import type { PacketPart } from "./packet-part.ts";
import { shapeOf } from "./shape.ts";
import type { SetType } from "./types.ts";
import { findSetType } from "./types.ts";

/** Finds a set of the dump by name. */
export type FindSet = (name: string) => IpSet | undefined;

/**
 * A set made ready to be asked by packets. Its elements are indexed when it is first asked; a lookup costs one probe for
 * each combination of prefix lengths that the set has.
 */
export function compileSet(set: IpSet, all: FindSet): SetLookup {
  const type = findSetType(set.type);
  if (type === null) return UNKNOWN_SET;
  if (type.name === "list:set") return compileList(set, all, compileSet);
  const frame = { set, type, options: matchOptions(set) };
  let first: Contents | null = null;
  const contents = (): Contents => (first ??= contentsOf(set, type, frame.options));
  return lookupOf(frame, contents, () => shapeOf(frame));
}

/** A set that rules have changed is asked, not looked at as a whole. */
const NO_SHAPE = (): null => null;

/** A type that nobody here knows. */
const UNKNOWN_SET: SetLookup = {
  members: null,
  shape: NO_SHAPE,
  test: () => "unknown",
  with: () => UNKNOWN_SET,
  mapped: () => null,
};

function lookupOf(frame: Frame, contents: () => Contents, shape: SetLookup["shape"]): SetLookup {
  const lookup: SetLookup = {
    members: null,
    shape,
    test: (key, directions, question) => answer(find(frame, contents(), key, directions), frame.type, question),
    with(key, directions, op, exist = false) {
      const after = change(frame, contents(), { key, directions, op, exist });
      return after === null ? lookup : lookupOf(frame, () => after, NO_SHAPE);
    },
    mapped(key, directions): SkbInfo | null {
      const found = find(frame, contents(), key, directions);
      return typeof found === "object" && found?.nomatch === false ? found.info : null;
    },
  };
  return lookup;
}

/** The element that decides, null where there is none. */
type Found = Entry | null | "unknown";

/** ip_set_core.c ip_set_test: `--return-nomatch` turns the answer round, for the types that have `nomatch`. */
function answer(found: Found, type: SetType, question: SetQuestion | undefined): SetAnswer {
  if (found === null || found === "unknown") return found ?? "no";
  if (question?.returnNomatch !== true || !type.dimensions.includes("net")) return found.nomatch ? "nomatch" : "yes";
  return found.nomatch ? "yes" : "no";
}

function find(frame: Frame, contents: Contents, key: SetKey, directions: readonly Direction[]): Found {
  const parts = partsOf(frame, key, directions);
  if (parts === null) return null;
  const missing = contents.incomplete ? "unknown" : null;
  if (contents.axes.some(({ place }) => parts[place]?.kind === "unknown"))
    return contents.size > 0 ? "unknown" : missing;
  const bucket = probe(contents, parts, 0, NOWHERE);
  return bucket === null ? missing : (choose(bucket, parts.at(-1)) ?? missing);
}

/** The bucket with the longest prefixes that has this packet. Once there is one, shorter prefixes are not looked at. */
function probe(contents: Contents, parts: readonly PacketPart[], depth: number, place: PlaceKey): Bucket | null {
  const axis = contents.axes[depth];
  if (axis === undefined) return bucketAt(contents, place);
  const part = parts[axis.place];
  if (part?.kind === "word") return probe(contents, parts, depth + 1, wordKey(place, part.value));
  if (part?.kind !== "bits") return null;
  for (const { length, mask } of contents.lengths[depth] ?? []) {
    const narrowed = bitsKey(place, part.scope, maskAddress(part.value, mask), length);
    const found = probe(contents, parts, depth + 1, narrowed);
    if (found !== null) return found;
  }
  return null;
}

/** The first entry of a bucket that also has the packet's device or MAC address. */
function choose(bucket: Bucket, last: PacketPart | undefined): Found {
  for (const entry of bucket) {
    const has = hasRest(entry, last);
    if (has === "unknown") return "unknown";
    if (has) return entry;
  }
  return null;
}
