import type { Address, AddressMask, Family } from "../base/address.ts";
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

/**
 * Elements of one place: all dimensions that elements are found by, and what else each of them asks. Of several regions
 * that hold a packet the first decides; of its holders the first that has the packet's device or MAC address.
 */
export interface SetRegion {
  readonly stands: readonly SetStand[];
  readonly holders: readonly SetHolder[];
}

/** What one dimension must be, for the packet's field in the direction of the same place. */
export type SetStand = { readonly place: number } & (
  | { readonly kind: "address"; readonly net: AddressMask }
  /** Leading bits of a port. `proto` null: of tcp or udp; of ICMP type and code are the port, of what has none it is 0. */
  | { readonly kind: "port"; readonly proto: number | null; readonly value: number; readonly length: number }
  | { readonly kind: "mark"; readonly mask: number; readonly value: number }
  | { readonly kind: "mac"; readonly mac: string }
);

export interface SetHolder {
  readonly nomatch: boolean;
  /** hash:net,iface. `prefix`: `wildcard` was given. */
  readonly device: { readonly name: string; readonly prefix: boolean } | null;
  /** bitmap:ip,mac: null until a packet brings one. */
  readonly mac: string | null;
}

/** All of a set at once, as the dump has it. */
export interface SetShape {
  /** Packets of the other family are never in it; null: it serves both. */
  readonly family: Family | null;
  readonly dimensions: number;
  /** Does `--return-nomatch` turn the answer round? */
  readonly hasNomatch: boolean;
  readonly regions: readonly SetRegion[];
}

export type SetAnswer = "yes" | "no" | "nomatch" | "unknown";

/** A set that can be asked and changed. */
export interface SetLookup {
  /** Sets that a `list:set` holds, in order; null for every other type. */
  readonly members: readonly string[] | null;
  /** Null: a `list:set`, a type that nobody here knows, a set that is not known whole, or one that has changed since. */
  shape(): SetShape | null;
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
