import type { Address } from "../base/address.ts";
import type { Direction } from "./test.ts";

/** What a set is asked with: the fields of a packet that a set type can have as a dimension. */
export interface SetKey {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  /** Null: the header has none or it cannot be read (a later fragment). */
  readonly sport: number | null;
  readonly dport: number | null;
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly physin: string | null;
  readonly physout: string | null;
  readonly smac: string | null;
  readonly mark: number;
}

/** How a set is asked. */
export interface SetQuestion {
  /** `--return-nomatch`: a `nomatch` element is a yes, and any other element of such a type is a no. */
  readonly returnNomatch: boolean;
  /** All sets as they are at this moment, for the members of a `list:set`; null: as the dump has them. */
  readonly sets: ReadonlyMap<string, SetLookup> | null;
}

export type SetAnswer = "yes" | "no" | "nomatch" | "unknown";

/** A set that can be asked and changed. */
export interface SetLookup {
  /** Sets that a `list:set` holds, in order; null for every other type. */
  readonly members: readonly string[] | null;
  /**
   * `nomatch`: the most specific element is one with the `nomatch` flag, which is a no; never with `returnNomatch`.
   * Fewer directions than dimensions: always no (net/netfilter/ipset/ip_set_core.c ip_set_test).
   */
  test(key: SetKey, directions: readonly Direction[], question?: SetQuestion): SetAnswer;
  /**
   * The set after `SET --add-set` or `--del-set`; the receiver does not change. The receiver itself where the kernel
   * refuses. A `list:set` always refuses: the kernel goes through its `members` and stops at the first that does not
   * (ip_set_list_set.c list_set_kadd).
   */
  with(key: SetKey, directions: readonly Direction[], op: "add" | "del", exist?: boolean): SetLookup;
  /** skbinfo of the element that matches, for `--map-set`; null: none. */
  mapped(
    key: SetKey,
    directions: readonly Direction[],
    question?: SetQuestion,
  ): { readonly mark: number; readonly mask: number } | null;
}
