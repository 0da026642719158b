import type { TableName } from "../iptables/table-draft.ts";

/** Chains that exist whatever services there are: pkg/proxy/iptables/proxier.go. */
export const SERVICES = "KUBE-SERVICES";
export const EXTERNAL_SERVICES = "KUBE-EXTERNAL-SERVICES";
export const NODE_PORTS = "KUBE-NODEPORTS";
export const POSTROUTING = "KUBE-POSTROUTING";
export const MARK_MASQ = "KUBE-MARK-MASQ";
export const FORWARD = "KUBE-FORWARD";
export const PROXY_FIREWALL = "KUBE-PROXY-FIREWALL";
/** kubelet's, of which kube-proxy makes a copy since 1.27. */
export const KUBELET_FIREWALL = "KUBE-FIREWALL";
/** When it disappears, somebody has flushed the tables, and everything is written again. */
export const CANARY = "KUBE-PROXY-CANARY";

/** A jump from a base chain. Each is put before what is there, so that the last one of the list stands first. */
export interface BaseJump {
  readonly table: TableName;
  readonly from: string;
  readonly to: string;
  /** "" for none. */
  readonly comment: string;
  /** Only the first packet of a connection. */
  readonly onlyNew: boolean;
}

const PORTALS = "kubernetes service portals";
const EXTERNAL_PORTALS = "kubernetes externally-visible service portals";
const LB_FIREWALL = "kubernetes load balancer firewall";

function jumpTo(to: string, comment: string, onlyNew: boolean, table: TableName, ...from: string[]): BaseJump[] {
  return from.map((chain) => ({ table, from: chain, to, comment, onlyNew }));
}

/** iptablesJumpChains, then iptablesKubeletJumpChains. */
export const baseJumps: readonly BaseJump[] = [
  ...jumpTo(EXTERNAL_SERVICES, EXTERNAL_PORTALS, true, "filter", "INPUT", "FORWARD"),
  ...jumpTo(NODE_PORTS, "kubernetes health check service ports", false, "filter", "INPUT"),
  ...jumpTo(SERVICES, PORTALS, true, "filter", "FORWARD", "OUTPUT"),
  ...jumpTo(FORWARD, "kubernetes forwarding rules", false, "filter", "FORWARD"),
  ...jumpTo(PROXY_FIREWALL, LB_FIREWALL, true, "filter", "INPUT", "OUTPUT", "FORWARD"),
  ...jumpTo(SERVICES, PORTALS, false, "nat", "OUTPUT", "PREROUTING"),
  ...jumpTo(POSTROUTING, "kubernetes postrouting rules", false, "nat", "POSTROUTING"),
  ...jumpTo(KUBELET_FIREWALL, "", false, "filter", "INPUT", "OUTPUT"),
];

const FIXED: ReadonlySet<string> = new Set([
  ...[SERVICES, EXTERNAL_SERVICES, NODE_PORTS, POSTROUTING, MARK_MASQ, FORWARD, PROXY_FIREWALL],
  ...[KUBELET_FIREWALL, CANARY],
]);

/** One that all services share, and not one of a service's own. */
export function isFixedChain(chain: string): boolean {
  return FIXED.has(chain);
}
