import type { Family } from "../../base/address.ts";

/** An ICMP type and, where the name says it, a code; null: any code. */
export interface IcmpType {
  readonly type: number;
  readonly code: number | null;
}

/** One line a type: its number, its names, and the names of its codes from 0 on (`-` for a code without a name). */
type Row = readonly [type: number, names: string, codes?: string];

const V4: readonly Row[] = [
  [255, "any"],
  [0, "echo-reply pong"],
  [
    3,
    "destination-unreachable",
    "network-unreachable host-unreachable protocol-unreachable port-unreachable fragmentation-needed source-route-failed " +
      "network-unknown host-unknown - network-prohibited host-prohibited tos-network-unreachable tos-host-unreachable " +
      "communication-prohibited host-precedence-violation precedence-cutoff",
  ],
  [4, "source-quench"],
  [5, "redirect", "network-redirect host-redirect tos-network-redirect tos-host-redirect"],
  [8, "echo-request ping"],
  [9, "router-advertisement"],
  [10, "router-solicitation"],
  [11, "time-exceeded ttl-exceeded", "ttl-zero-during-transit ttl-zero-during-reassembly"],
  [12, "parameter-problem", "ip-header-bad required-option-missing"],
  [13, "timestamp-request"],
  [14, "timestamp-reply"],
  [17, "address-mask-request"],
  [18, "address-mask-reply"],
];

const V6: readonly Row[] = [
  [
    1,
    "destination-unreachable",
    "no-route communication-prohibited beyond-scope address-unreachable port-unreachable failed-policy reject-route",
  ],
  [2, "packet-too-big"],
  [3, "time-exceeded ttl-exceeded", "ttl-zero-during-transit ttl-zero-during-reassembly"],
  [4, "parameter-problem", "bad-header unknown-header-type unknown-option"],
  [128, "echo-request ping"],
  [129, "echo-reply pong"],
  [133, "router-solicitation"],
  [134, "router-advertisement"],
  [135, "neighbour-solicitation neighbor-solicitation"],
  [136, "neighbour-advertisement neighbor-advertisement"],
  [137, "redirect"],
];

function byName(rows: readonly Row[]): ReadonlyMap<string, IcmpType> {
  const names = new Map<string, IcmpType>();
  for (const [type, typeNames, codes = ""] of rows) {
    for (const name of typeNames.split(" ")) names.set(name, { type, code: null });
    for (const [code, name] of codes.split(" ").entries()) if (name.length > 1) names.set(name, { type, code });
  }
  return names;
}

const TYPES = { ip: byName(V4), ip6: byName(V6) } as const;

/** The names that iptables gives to ICMP types and codes, in lower case. */
export function icmpTypes(family: Family): ReadonlyMap<string, IcmpType> {
  return TYPES[family];
}
