import type { Address, Family } from "../base/address.ts";
import type { Ranges } from "../base/ranges.ts";

/** A question about all packets, as docs/reach.md says it in words. */
export interface Query {
  readonly question: Question;
  /** Which packets are asked about: all of these hold of a packet as it entered. */
  readonly conditions: readonly Formula<Condition>[];
  /** What becomes of them: all of these. Never empty. */
  readonly outcomes: readonly Formula<Outcome>[];
}

/**
 * `which`: the packets themselves; `who`: only where they come from. `any`, `every`, `no` are answered by yes or no: some packet of the
 * conditions has the outcome, each has it, none has it.
 */
export type Question = "which" | "who" | "any" | "every" | "no";

/** A boolean formula of terms. */
export type Formula<Term> =
  | { readonly kind: "term"; readonly term: Term }
  | { readonly kind: "all" | "any"; readonly parts: readonly Formula<Term>[] }
  | { readonly kind: "not"; readonly part: Formula<Term> };

/** Of a packet as it entered: before any rule saw it. */
export type Condition =
  | { readonly kind: "address"; readonly side: "src" | "dst"; readonly addresses: AddressRange }
  /** Of a host: of no network, group or loopback, and where it is a source not of this node. */
  | { readonly kind: "scope"; readonly side: "src" | "dst"; readonly scope: Scope }
  /** To an address of this node. */
  | { readonly kind: "own-address" }
  | { readonly kind: "device"; readonly device: DevicePattern }
  /** Made on this node. */
  | { readonly kind: "local" }
  | { readonly kind: "protocol"; readonly protocol: number }
  | { readonly kind: "port"; readonly side: "sport" | "dport"; readonly port: Port }
  | { readonly kind: "mark"; readonly field: "mark" | "ctmark"; readonly mark: MaskedMark }
  | { readonly kind: "state"; readonly state: State | "any" }
  | { readonly kind: "number"; readonly field: "ttl" | "length"; readonly ranges: Ranges }
  | { readonly kind: "family"; readonly family: Family };

/** What became of a packet in the end. */
export type Outcome =
  | { readonly kind: "reach"; readonly target: Target }
  | { readonly kind: Fared }
  | { readonly kind: "leave"; readonly device: DevicePattern }
  | { readonly kind: "translated"; readonly how: Translation; readonly to: Place | null }
  | { readonly kind: "marked"; readonly mark: MaskedMark }
  /** It came to the rule, or matched it too. */
  | { readonly kind: "rule"; readonly how: "reach" | "match"; readonly rule: RulePlace };

/** Outcomes that are one word. */
export type Fared =
  "accepted" | "delivered" | "forwarded" | "sent" | "dropped" | "rejected" | "queued" | "undecided" | "untracked";

/** `masqueraded`: the source became an address of this node; `snatted`, `dnatted`: source, destination became any other. */
export type Translation = "masqueraded" | "snatted" | "dnatted";

export type Scope = "unicast" | "any";

export type State = "new" | "established" | "related" | "invalid" | "untracked";

/** Both ends are in it; of one family. */
export interface AddressRange {
  readonly from: Address;
  readonly to: Address;
}

export interface DevicePattern {
  readonly name: string;
  /** Every name that begins so: `cali+`. */
  readonly prefix: boolean;
}

/** Ports of a protocol, of any protocol that has ports (null), or types of ICMP. */
export interface Port {
  readonly protocol: number | null;
  readonly ranges: Ranges;
}

/** `(mark & mask) === value`. */
export interface MaskedMark {
  readonly value: number;
  readonly mask: number;
}

export interface Place {
  readonly addresses: AddressRange;
  readonly ports: Ranges | null;
}

/** One of the ports at one of the places; no ports: any packet; no places: anywhere. */
export interface Target {
  readonly ports: readonly Port[];
  readonly places: readonly (Place | "node")[];
}

export interface RulePlace {
  /** Null: of every table that has such a chain. */
  readonly table: string | null;
  readonly chain: string;
  /** From 1. */
  readonly rule: number;
}
