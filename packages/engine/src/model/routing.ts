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
  /** `realms`, `proto`, `[detached]` …: words that do not change the walk, for printing back. */
  readonly extras: Extras;
  readonly span: Span;
}

export type RoutingRuleAction =
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
}

/** One line of `ip neigh`. */
export interface Neighbour {
  readonly address: Address;
  readonly dev: string;
  readonly mac: string | null;
  /** `REACHABLE`, `STALE`, `PERMANENT`, `FAILED` … */
  readonly states: readonly string[];
  readonly span: Span;
}

