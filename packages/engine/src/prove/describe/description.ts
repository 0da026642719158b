import type { FieldName } from "../layout.ts";

/** A set of packets for people and programs: plain values, which JSON holds as they are. */
export interface Description {
  /** A packet is in the set that is described if it is in one of these; they may overlap. Together with the rest they are the set. */
  readonly products: readonly Product[];
  /** Null: nothing is left out. Else a product that holds all that the list leaves out, and more (a hull). */
  readonly rest: Product | null;
}

/** Packets each of whose fields is one of some values, whatever the other fields are. */
export interface Product {
  /** What does not matter is left out; in the order in which people name fields. Empty: every packet. */
  readonly terms: readonly Term[];
  /** What has to be so and no snapshot tells. */
  readonly conditions: readonly Assumed[];
}

/** What one field may be. */
export interface Term {
  readonly field: FieldName;
  /** Anything but the values. */
  readonly not: boolean;
  readonly values: readonly Value[];
}

/** Something that the snapshot does not say, taken to be so or not so; named as a walk names it. */
export interface Assumed {
  readonly what: string;
  readonly why: string;
  readonly assumed: boolean;
}

/** One value of a field, or several that stand together. */
export type Value =
  /** A state, type or protocol by its name, a device; the device "" is none at all. */
  | { readonly name: string }
  /** Devices whose name begins so. `isOther`: none of those that anything on the node names. */
  | { readonly begins: string; readonly isOther: boolean }
  /** `10.0.0.0/8`; for a mask that is no prefix `10.0.0.9/255.0.0.255`. A single address stands alone. */
  | { readonly net: string }
  /** Inclusive; the ends of addresses and MAC addresses are text. */
  | { readonly from: number | string; readonly to: number | string }
  /** `(field & mask) === value`. */
  | { readonly value: number; readonly mask: number };
