import type { AddressField, InterfaceSide, NumberField, UnknownWhy } from "./field.ts";
import type { Datum, ValueSet } from "./value-set.ts";

/**
 * What an expression of nft reads or computes, in network order. A value that the packet does not have, or that lies behind
 * its end, ends the rule (NFT_BREAK); what no snapshot says is unknown.
 */
export type Value = { readonly bits: number } & (
  | { readonly kind: "constant"; readonly data: Datum }
  | { readonly kind: "number"; readonly field: NumberField }
  | { readonly kind: "address"; readonly field: AddressField }
  /** The device's name as 16 bytes, zeros where there is no device; `kind`: the kind of its driver. */
  | { readonly kind: "device"; readonly side: InterfaceSide; readonly what: "name" | "kind" }
  /** Bits of the packet (net/netfilter/nft_payload.c). */
  | { readonly kind: "payload"; readonly base: PayloadBase; readonly offset: number }
  /** Bits of the first IPv6 extension header of a type; `present`: whether there is one. */
  | { readonly kind: "extension"; readonly type: number; readonly offset: number; readonly present: boolean }
  | { readonly kind: "tcp-option"; readonly option: number; readonly offset: number; readonly present: boolean }
  | { readonly kind: "ip-option"; readonly option: number; readonly offset: number; readonly present: boolean }
  /** `family`: only of a flow of this family. */
  | {
      readonly kind: "tuple";
      readonly direction: "original" | "reply";
      readonly field: "src" | "dst" | "sport" | "dport";
    }
  | { readonly kind: "ct-zone"; readonly direction: "original" | "reply" | null }
  | { readonly kind: "fib"; readonly spec: FibSpec }
  | { readonly kind: "socket"; readonly what: "transparent" | "wildcard" | "mark" }
  /** The next hop of the packet's route; none where it has no route. */
  | { readonly kind: "nexthop" }
  | {
      readonly kind: "binary";
      readonly op: "&" | "|" | "^" | "<<" | ">>";
      readonly left: Value;
      readonly right: Value;
    }
  /** The bytes turned around: what is in network order goes to a place of the machine's order, or the other way. */
  | { readonly kind: "reversed"; readonly of: Value }
  | {
      readonly kind: "jhash";
      readonly of: readonly Value[];
      readonly modulus: number;
      readonly seed: number;
      readonly offset: number;
    }
  /** One of `modulus` numbers from `offset` on; `uniform`: each is as likely as any other. */
  | {
      readonly kind: "choice";
      readonly modulus: number;
      readonly offset: number;
      readonly uniform: boolean;
      readonly what: string;
      readonly why: UnknownWhy;
    }
  /** The `part`-th value of the map's element; of a range its last where `end`. No element: the rule ends. */
  | {
      readonly kind: "map";
      readonly key: readonly Value[];
      readonly set: SetReference;
      readonly part: number;
      readonly end: boolean;
    }
  | { readonly kind: "unknown"; readonly what: string; readonly why: UnknownWhy }
);

/** Where bits are counted from: link, network and transport header, and what is inside of that. */
export type PayloadBase = "ll" | "nh" | "th" | "ih";

/** `fib saddr . iif oif` (net/netfilter/nft_fib.c). */
export interface FibSpec {
  readonly address: AddressField;
  /** The device that the answer is held against. */
  readonly device: "in" | "out" | null;
  readonly mark: boolean;
  /** The kind of address (RTN_*), a device, or whether there is one. */
  readonly result: "type" | "device" | "present";
}

/** One that a rule spells out, or one that is kept by name: `FAMILY TABLE NAME`. */
export type SetReference =
  { readonly kind: "anonymous"; readonly set: ValueSet } | { readonly kind: "named"; readonly id: string };

/** Where a rule writes. */
export type Target =
  | { readonly kind: "mark" | "ctmark" | "pkttype" }
  | { readonly kind: "ct-zone"; readonly direction: "original" | "reply" | null }
  /** `checksum`: the checksums are put right, too. */
  | {
      readonly kind: "payload";
      readonly base: PayloadBase;
      readonly offset: number;
      readonly bits: number;
      readonly checksum: boolean;
    }
  | { readonly kind: "tcp-option"; readonly option: number; readonly offset: number; readonly bits: number }
  /** What no rule here reads: priorities, labels, events. */
  | { readonly kind: "unread" };
