import type { Address, Family, Prefix } from "../base/address.ts";
import type { Span } from "../base/span.ts";
import type { Extras } from "./routing.ts";

/** One dimension of an element, in the order of the set type's name: `hash:ip,port,net` has ip, port, net. */
export type Dimension = "ip" | "net" | "port" | "mac" | "mark" | "iface" | "set";

/** `create NAME TYPE …` with its elements. */
export interface IpSet {
  readonly name: string;
  /** As ipset spells it: `hash:ip,port`. */
  readonly type: string;
  readonly family: Family;
  readonly dimensions: readonly Dimension[];
  /** Every other word of the create line, in order: `["hashsize","1024"]`, `["counters"]`. */
  readonly options: readonly SetOption[];
  readonly elements: readonly SetElement[];
  readonly span: Span;
  /** What `ipset list` says beside that, in order: `["Revision","6"]`, `["Size in memory","352"]` … Absent after `ipset save`. */
  readonly header?: Extras;
  /** `ipset list -t`: the elements were not listed. Absent: they were. */
  readonly terse?: boolean;
}

export interface SetOption {
  readonly name: string;
  /** Null for a flag. */
  readonly value: string | null;
}

export interface SetElement {
  /** One per dimension of the type. */
  readonly parts: readonly ElementPart[];
  readonly nomatch: boolean;
  /** `timeout 5`, `packets 0`, `comment "…"`, `skbmark 0x1/0xffffffff` …, in the order printed; without `nomatch`. */
  readonly options: readonly SetOption[];
  /** The element as it was printed, before its options. */
  readonly text: string;
  readonly line: number;
}

export type ElementPart =
  | { readonly kind: "address"; readonly prefix: Prefix }
  | { readonly kind: "range"; readonly from: Address; readonly to: Address }
  /** `proto` null: `bitmap:port`, tcp and udp alike. For ICMP the port is `type << 8 | code`; for portless protocols 0. */
  | { readonly kind: "port"; readonly proto: number | null; readonly from: number; readonly to: number }
  | { readonly kind: "mac"; readonly mac: string }
  | { readonly kind: "mark"; readonly mark: number }
  /** `prefix`: `wildcard` was given. */
  | { readonly kind: "iface"; readonly name: string; readonly physdev: boolean; readonly prefix: boolean }
  | { readonly kind: "set"; readonly name: string };
