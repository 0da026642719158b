import type { OwnerName } from "./owner.ts";

/** A jump that its owner keeps in a built-in chain of iptables, so that packets come to a chain of its own. */
export interface Feeder {
  readonly owner: OwnerName;
  readonly table: string;
  readonly from: string;
  readonly to: string;
  /**
   * It must stand before the verdicts of others: `policy`, since its chains decide what may pass; `service`, since they translate. Absent: its place does
   * not matter, or is at the end.
   */
  readonly first?: "policy" | "service";
}

function feeders(
  owner: OwnerName,
  first: Feeder["first"],
  jumps: readonly (readonly [table: string, from: string, to: string])[],
): readonly Feeder[] {
  return jumps.map(([table, from, to]) => ({ owner, table, from, to, ...(first === undefined ? {} : { first }) }));
}

/** Those that every version writes which has the chain at all. */
export const allFeeders: readonly Feeder[] = [
  // felix/dataplane/linux/int_dataplane.go: inserted, and put back to the top at each refresh (ChainInsertMode Insert, the default).
  ...feeders("calico", "policy", [
    ["raw", "PREROUTING", "cali-PREROUTING"],
    ["raw", "OUTPUT", "cali-OUTPUT"],
    ["mangle", "PREROUTING", "cali-PREROUTING"],
    ["filter", "INPUT", "cali-INPUT"],
    ["filter", "FORWARD", "cali-FORWARD"],
    ["filter", "OUTPUT", "cali-OUTPUT"],
  ]),
  // POSTROUTING is appended from 3.29 on.
  ...feeders("calico", undefined, [
    ["mangle", "POSTROUTING", "cali-POSTROUTING"],
    ["nat", "PREROUTING", "cali-PREROUTING"],
    ["nat", "OUTPUT", "cali-OUTPUT"],
    ["nat", "POSTROUTING", "cali-POSTROUTING"],
  ]),
  // pkg/datapath/iptables/iptables.go customChain.installFeeder: prepended unless prepend-iptables-chains is false.
  ...feeders("cilium", "policy", [
    ["raw", "PREROUTING", "CILIUM_PRE_raw"],
    ["raw", "OUTPUT", "CILIUM_OUTPUT_raw"],
    ["mangle", "PREROUTING", "CILIUM_PRE_mangle"],
    ["filter", "INPUT", "CILIUM_INPUT"],
    ["filter", "FORWARD", "CILIUM_FORWARD"],
    ["filter", "OUTPUT", "CILIUM_OUTPUT"],
  ]),
  ...feeders("cilium", "service", [
    ["mangle", "POSTROUTING", "CILIUM_POST_mangle"],
    ["nat", "PREROUTING", "CILIUM_PRE_nat"],
    ["nat", "OUTPUT", "CILIUM_OUTPUT_nat"],
    ["nat", "POSTROUTING", "CILIUM_POST_nat"],
  ]),
  // pkg/proxy/iptables/proxier.go iptablesJumpChains, pkg/proxy/ipvs/proxier.go iptablesJumpChain: prepended, never moved afterwards.
  ...feeders("kube-proxy", "service", [
    ["nat", "PREROUTING", "KUBE-SERVICES"],
    ["nat", "OUTPUT", "KUBE-SERVICES"],
    ["nat", "POSTROUTING", "KUBE-POSTROUTING"],
  ]),
  ...feeders("kube-proxy", undefined, [
    ["filter", "FORWARD", "KUBE-FORWARD"],
    ["filter", "INPUT", "KUBE-NODEPORTS"],
    ["filter", "INPUT", "KUBE-EXTERNAL-SERVICES"],
    ["filter", "INPUT", "KUBE-PROXY-FIREWALL"],
    ["filter", "FORWARD", "KUBE-PROXY-FIREWALL"],
    ["filter", "INPUT", "KUBE-NODE-PORT"],
    ["filter", "INPUT", "KUBE-IPVS-FILTER"],
    ["filter", "OUTPUT", "KUBE-IPVS-OUT-FILTER"],
  ]),
  // pkg/kubelet/kubelet_network_linux.go.
  ...feeders("kubelet", undefined, [
    ["filter", "INPUT", "KUBE-FIREWALL"],
    ["filter", "OUTPUT", "KUBE-FIREWALL"],
  ]),
  // moby libnetwork/drivers/bridge/setup_ip_tables.go, libnetwork/firewall_linux.go.
  ...feeders("docker", undefined, [
    ["nat", "PREROUTING", "DOCKER"],
    ["nat", "OUTPUT", "DOCKER"],
    ["filter", "FORWARD", "DOCKER-USER"],
  ]),
  // flannel pkg/trafficmngr/iptables/iptables.go.
  ...feeders("flannel", undefined, [
    ["nat", "POSTROUTING", "FLANNEL-POSTRTG"],
    ["filter", "FORWARD", "FLANNEL-FWD"],
  ]),
  // tailscale util/linuxfw/iptables_runner.go AddHooks.
  ...feeders("tailscale", undefined, [
    ["filter", "INPUT", "ts-input"],
    ["filter", "FORWARD", "ts-forward"],
    ["nat", "POSTROUTING", "ts-postrouting"],
  ]),
];

/** Two jumps of one built-in chain of which the first must stand before the other. */
export interface FeederOrder {
  readonly table: string;
  readonly from: string;
  readonly before: string;
  readonly behind: string;
}

export const feederOrders: readonly FeederOrder[] = [
  // KUBE-FORWARD accepts what kube-proxy has marked to be masqueraded, before any policy is asked.
  { table: "filter", from: "FORWARD", before: "cali-FORWARD", behind: "KUBE-FORWARD" },
  // The source ranges of a load balancer are held by the first, and what they forbid is marked and accepted by the second.
  { table: "filter", from: "FORWARD", before: "KUBE-PROXY-FIREWALL", behind: "KUBE-FORWARD" },
  // What people forbid must come before what Docker accepts (docs.docker.com/engine/network/packet-filtering-firewalls).
  { table: "filter", from: "FORWARD", before: "DOCKER-USER", behind: "DOCKER-FORWARD" },
  { table: "filter", from: "FORWARD", before: "DOCKER-USER", behind: "DOCKER-ISOLATION-STAGE-1" },
];
