import type { Bits } from "./bits.ts";
import type { Place } from "./place.ts";

/** Rules by the bits that they test or write: a mark is looked up in it once a mask, not once a rule. */
export type BitsIndex = ReadonlyMap<number, ReadonlyMap<number, readonly Place[]>>;

/** Of every entry `places[at]` has these bits; a rule may have several. */
export function indexBits(entries: readonly (readonly [Bits, Place])[]): BitsIndex {
  const index = new Map<number, Map<number, Place[]>>();
  for (const [{ value, mask }, place] of entries) {
    let values = index.get(mask);
    if (values === undefined) index.set(mask, (values = new Map<number, Place[]>()));
    const places = values.get(value);
    if (places === undefined) values.set(value, [place]);
    else places.push(place);
  }
  return index;
}

/** Under each mask, the places with the value that `valueUnder` names; null: none of that mask. */
export function placesIn(index: BitsIndex, valueUnder: (mask: number) => number | null): readonly Place[] {
  const found: Place[] = [];
  for (const [mask, values] of index) {
    const value = valueUnder(mask);
    for (const place of value === null ? [] : (values.get(value) ?? [])) found.push(place);
  }
  return found;
}
