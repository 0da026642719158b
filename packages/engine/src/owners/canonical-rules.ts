import type { Family } from "../base/address.ts";
import { owners } from "./owners.ts";

/** A rule that its owner always writes so, on every node and in every version that has it. */
export interface CanonicalRule {
  readonly owner: string;
  readonly family: Family;
  readonly table: string;
  /** As iptables-save prints it. */
  readonly rule: string;
}

/**
 * Rules whose owners write nothing else in that place: where a listing distorts one, this is what stood there.
 * kubelet: pkg/kubelet/kubelet_network_linux.go (IPv4 only).
 */
export const canonicalRules: readonly CanonicalRule[] = [
  {
    owner: "kubelet",
    family: "ip",
    table: "filter",
    rule: '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  },
];

/** A rule that never comes without a match of this name: without it, it would hold for every packet. */
export interface GuardedRule {
  readonly owner: string;
  /** The comment that its owner writes into it. */
  readonly comment: RegExp;
  readonly match: string;
}

/** Told by their comments: whoever reads one without its guard reads another rule. */
export const guardedRules: readonly GuardedRule[] = owners.flatMap(({ title, rules }) =>
  rules.flatMap(({ comment, guard }) =>
    comment === undefined || guard === undefined ? [] : [{ owner: title, comment, match: guard }],
  ),
);

/** The table that a chain of Cilium stands in: its names leave no doubt, as those of others do. */
export const chainTables: ReadonlyMap<string, string> = new Map([
  ["CILIUM_INPUT", "filter"],
  ["CILIUM_OUTPUT", "filter"],
  ["CILIUM_FORWARD", "filter"],
  ["CILIUM_OUTPUT_raw", "raw"],
  ["CILIUM_PRE_raw", "raw"],
  ["CILIUM_POST_nat", "nat"],
  ["CILIUM_OUTPUT_nat", "nat"],
  ["CILIUM_PRE_nat", "nat"],
  ["CILIUM_POST_mangle", "mangle"],
  ["CILIUM_PRE_mangle", "mangle"],
]);
