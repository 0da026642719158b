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

/** A set that can be asked and changed. */
export interface SetLookup {
  /**
   * `nomatch`: the most specific element is one with the `nomatch` flag: no, but `--return-nomatch` says yes.
   * Fewer directions than dimensions: always no (net/netfilter/ipset/ip_set_core.c ip_set_test).
   */
  test(key: SetKey, directions: readonly Direction[]): "yes" | "no" | "nomatch" | "unknown";
  /** The set after `SET --add-set` or `--del-set`; the receiver does not change. */
  with(key: SetKey, directions: readonly Direction[], op: "add" | "del"): SetLookup;
  /** skbinfo of the element that matches, for `--map-set`; null: none. */
  mapped(key: SetKey, directions: readonly Direction[]): { readonly mark: number; readonly mask: number } | null;
}
