/**
 * Values as nft's registers hold them: unsigned, read in network order. A `number` up to 32 bits, a `bigint` beyond: the
 * width of the value decides, never its size.
 */
export type Datum = number | bigint;

/** Inclusive on both ends, and both of one type. */
export interface DataRange {
  readonly from: Datum;
  readonly to: Datum;
}

export function inDataRange(value: Datum, { from, to }: DataRange): boolean {
  return value >= from && value <= to;
}

/** What an element of a verdict map does. */
export type SetVerdict =
  | { readonly kind: "accept" | "drop" | "continue" | "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export interface SetElement {
  /** A range for each field of the key; null: every key that no other element has (`*`). */
  readonly key: readonly DataRange[] | null;
  /** Of a map: its values. */
  readonly data: readonly DataRange[];
  /** Of a verdict map. */
  readonly verdict: SetVerdict | null;
  /** Null: nothing that the element has ends the rule. */
  readonly gate: Gate | null;
}

/** Statements of an element that keep count, and that may end the rule. */
export interface Gate {
  /** Their kinds: `limit`. */
  readonly what: string;
  /** As they are listed, but for what they have counted: gates that say the same are alike. */
  readonly listed: readonly object[];
}

/** A set or map of nft that can be asked and changed. */
export interface ValueSet {
  readonly elements: readonly SetElement[];
  /** False: the listing leaves elements out, or one of them could not be read. */
  readonly complete: boolean;
  /** No more elements fit (its `size`). */
  readonly full: boolean;
  find(key: readonly Datum[]): SetElement | null;
  /** The set with one more element; the receiver does not change. */
  with(element: SetElement & { readonly key: readonly DataRange[] }): ValueSet;
  without(key: readonly Datum[]): ValueSet;
}
