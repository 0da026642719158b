import type { Address, Family, Prefix } from "../base/address.ts";
import type { Range } from "../base/ranges.ts";
import type { Span } from "../base/span.ts";

/** One line of `ip rule`. Absent selectors match everything. */
export interface RoutingRule {
  readonly family: Family;
  readonly priority: number;
  readonly not: boolean;
  readonly from: Prefix | null;
  readonly to: Prefix | null;
  readonly tos: number | null;
  readonly fwmark: { readonly mark: number; readonly mask: number } | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly uidRange: Range | null;
  /** Protocol number. */
  readonly ipproto: number | null;
  readonly sport: Range | null;
  readonly dport: Range | null;
  readonly tunId: string | null;
  /** `lookup [l3mdev-table]`. */
  readonly l3mdev: boolean;
  readonly action: RoutingRuleAction;
  readonly suppressPrefixLength: number | null;
  readonly suppressIfGroup: string | null;
  /**
   * Words that do not change the walk, for printing back: `realms`, `proto`, `[unresolved]`, `["iif","[detached]"]`. A word that
   * `unknownSelector` of ext/ip/rule.ts finds is a selector that nobody here knows: whether the rule matches is unknown.
   */
  readonly extras: Extras;
  readonly span: Span;
}

export type RoutingRuleAction =
  /** Of an l3mdev rule the table is `[l3mdev-table]`: that of the device. */
  | { readonly kind: "lookup"; readonly table: string }
  | { readonly kind: "goto"; readonly priority: number }
  | { readonly kind: "nop" | "blackhole" | "unreachable" | "prohibit" | "masquerade" };

export type RouteType =
  "unicast" | "local" | "broadcast" | "anycast" | "multicast" | "blackhole" | "unreachable" | "prohibit" | "throw";

/** One route of `ip route show`. */
export interface Route {
  readonly family: Family;
  readonly type: RouteType;
  readonly dst: Prefix;
  /** IPv6 source-specific routes. */
  readonly from: Prefix | null;
  readonly tos: number | null;
  /** `main`, `local`, or a number as text. */
  readonly table: string;
  readonly metric: number | null;
  readonly scope: string | null;
  readonly protocol: string | null;
  readonly prefSrc: Address | null;
  /** One for a plain route, several for a multipath one, none where the route has neither `via` nor `dev`. */
  readonly nexthops: readonly Nexthop[];
  /** `mtu 1400`, `proto bird` …: every other word, for printing back. */
  readonly extras: Extras;
  readonly span: Span;
}

export interface Nexthop {
  /** Null: the destination itself is on the link. */
  readonly via: Address | null;
  readonly dev: string | null;
  readonly weight: number;
  /** `onlink`, `linkdown`, `dead`, `pervasive` … */
  readonly flags: readonly string[];
  /** `["encap","ip id 42 src … dst …"]`: the packet leaves inside another one. Absent: none. */
  readonly extras?: Extras;
}

/** Words of a line that are kept in order to print it back, each with its value or null: `["mtu","1400"]`. */
export type Extras = readonly (readonly [string, string | null])[];

/** One interface, as `ip link` and `ip addr` print it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `@if9`, `@cilium_net`: what follows the `@`, else null. */
  readonly peer: string | null;
  /** `UP`, `LOWER_UP`, `BROADCAST`, `NOARP` … */
  readonly flags: readonly string[];
  readonly mtu: number;
  /** Bridge or VRF that it belongs to. */
  readonly master: string | null;
  /** `UP`, `DOWN`, `UNKNOWN` … */
  readonly state: string | null;
  /** `ether`, `loopback`, `none`, `ipip`, `sit` … */
  readonly type: string | null;
  readonly mac: string | null;
  /** From `ip -d link`: `veth`, `dummy`, `bridge`, `vxlan` …; null when the dump does not say. */
  readonly kind: string | null;
  readonly group: string | null;
  readonly addresses: readonly InterfaceAddress[];
  readonly span: Span;
  /** `qdisc`, `mode`, `qlen`, `brd`, `link-netnsid` …: every other word of its first two lines, for printing back. */
  readonly extras?: Extras;
  /** Further lines between those and the addresses, as printed: the kind's own (`ip -d`), `alias`, `altname`, counters. */
  readonly details?: readonly string[];
  /** Lines after the addresses (`ip -s addr`), as printed. */
  readonly statistics?: readonly string[];
  /** A listing that has names and addresses only (`ip -o addr`, `ip -br`): index, MTU and flags are not known. */
  readonly partial?: boolean;
}

export interface InterfaceAddress {
  /** The local address with the length of its network. */
  readonly prefix: Prefix;
  /** The other end of a point-to-point address. */
  readonly peer: Prefix | null;
  readonly broadcast: Address | null;
  /** `global`, `link`, `host`. */
  readonly scope: string;
  /** `secondary`, `noprefixroute`, `dynamic`, `deprecated`, `tentative` … */
  readonly flags: readonly string[];
  readonly label: string | null;
  readonly span: Span;
  /** `metric`, `any`, `proto`, `valid_lft`, `preferred_lft`, for printing back. */
  readonly extras?: Extras;
}

/** One line of `ip neigh`. */
export interface Neighbour {
  readonly address: Address;
  /** Empty where the listing was of one device, which it does not name (`ip neigh show dev D`). */
  readonly dev: string;
  readonly mac: string | null;
  /** `REACHABLE`, `STALE`, `PERMANENT`, `FAILED` … */
  readonly states: readonly string[];
  readonly span: Span;
  /** `router`, `proxy`, `extern_learn`, `used` …, for printing back. */
  readonly extras?: Extras;
}
