import { maskOfLength } from "../../base/address.ts";
import type { SetElement } from "../../model/sets.ts";
import type { SetHolder, SetRegion, SetShape, SetStand } from "../../program/set-lookup.ts";
import type { Axis, Stand } from "./axes.ts";
import { axesOf, standsOf } from "./axes.ts";
import type { Frame } from "./frame.ts";

/** A hand-written range may stand for millions of places. */
const MOST_REGIONS = 1 << 18;

interface Placed {
  readonly stands: readonly SetStand[];
  /** Prefix lengths, in the order in which `probe` looks. */
  readonly lengths: readonly number[];
}

/** All of a set of the dump at once; null: it is not known whole, or too large. A lookup that SET has changed has none. */
export function shapeOf({ set, type, options }: Frame): SetShape | null {
  if (set.terse === true) return null;
  const axes = axesOf(type, set.family);
  const buckets = new Map<string, { readonly placed: Placed; readonly holders: SetHolder[] }>();
  for (const element of set.elements) {
    if (element.parts.some((part) => part.kind === "iface" && part.physdev)) continue;
    const places = placesOf(element, axes, { set, type, options });
    if (places === null || buckets.size + places.length > MOST_REGIONS) return null;
    for (const placed of places) {
      const key = placed.stands.map(keyOf).join(";");
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, { placed, holders: [holderOf(element)] });
      else if (bucket.holders[0]?.device === null) bucket.holders[0] = holderOf(element);
      else bucket.holders.push(holderOf(element));
    }
  }
  const servesFamily = type.hasFamily || type.dimensions.includes("ip");
  const regions = [...buckets.values()].sort((a, b) => byLength(a.placed.lengths, b.placed.lengths));
  return {
    family: servesFamily ? set.family : null,
    dimensions: type.dimensions.length,
    hasNomatch: type.dimensions.includes("net"),
    regions: regions.map(({ placed, holders }): SetRegion => ({ stands: placed.stands, holders })),
  };
}

function placesOf(element: SetElement, axes: readonly Axis[], { set, options }: Frame): readonly Placed[] | null {
  let places: readonly Placed[] = [{ stands: [], lengths: [] }];
  for (const axis of axes) {
    const part = element.parts[axis.place];
    const stands = part === undefined ? null : standsOf(part, axis, set, options);
    if (stands === null || stands.length * places.length > MOST_REGIONS) return null;
    places = stands.flatMap((stand) =>
      places.map((place) => ({
        stands: [...place.stands, standOf(stand, axis, { set, options })],
        lengths: [...place.lengths, stand.kind === "bits" ? stand.length : 0],
      })),
    );
  }
  return places;
}

function standOf(stand: Stand, { dimension, place }: Axis, { set, options }: Pick<Frame, "set" | "options">): SetStand {
  if (stand.kind === "word") {
    if (dimension === "mac") return { place, kind: "mac", mac: stand.word };
    return { place, kind: "mark", mask: options.markMask, value: Number(stand.word) };
  }
  const { value, length, scope } = stand;
  if (dimension === "port") {
    const proto = scope === "" ? null : Number.parseInt(scope, 10);
    return { place, kind: "port", proto, value: Number(value), length };
  }
  // The packet's address is masked, too, before it is compared.
  const mask = maskOfLength(length, set.family);
  const own = options.addressMask;
  const both = typeof mask === "number" ? maskedV4(mask, own) : typeof own === "bigint" ? mask & own : mask;
  return { place, kind: "address", net: { value, mask: both } };
}

function maskedV4(mask: number, own: number | bigint): number {
  return typeof own === "number" ? (mask & own) >>> 0 : mask;
}

function holderOf(element: SetElement): SetHolder {
  const last = element.parts.at(-1);
  const device = last?.kind === "iface" ? { name: last.name, prefix: last.prefix } : null;
  const mac = last?.kind === "mac" ? last.mac.toLowerCase() : null;
  return { nomatch: element.nomatch, device, mac };
}

function keyOf(stand: SetStand): string {
  switch (stand.kind) {
    case "address":
      return `${String(stand.net.value)}/${String(stand.net.mask)}`;
    case "port":
      return `${String(stand.proto)}:${String(stand.value)}/${String(stand.length)}`;
    case "mark":
      return `${String(stand.value)}/${String(stand.mask)}`;
    case "mac":
      return stand.mac;
  }
}

function byLength(a: readonly number[], b: readonly number[]): number {
  for (const [i, length] of a.entries()) {
    const difference = (b[i] ?? 0) - length;
    if (difference !== 0) return difference;
  }
  return 0;
}
