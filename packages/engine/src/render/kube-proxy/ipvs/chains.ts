import type { ServiceProtocol } from "../../../desired/service.ts";
import type { Change } from "../versions.ts";
import type { ProxySetName } from "./set-table.ts";

type KubeTable = "nat" | "filter";

/** Where a version has the change `since`, and lacks the change `until`; absent: in all. */
export interface Span {
  readonly since?: Change;
  readonly until?: Change;
}

interface OwnChain extends Span {
  readonly table: KubeTable;
  readonly chain: string;
  /** Somebody else's: made where it is missing, and left as it is. */
  readonly keeps?: true;
}

/** iptablesChains of pkg/proxy/ipvs/proxier.go, and iptablesEnsureChains while there was one. */
export const CHAINS: readonly OwnChain[] = [
  { table: "nat", chain: "KUBE-MARK-DROP", keeps: true, until: "filterFirewall" },
  { table: "nat", chain: "KUBE-SERVICES" },
  { table: "nat", chain: "KUBE-POSTROUTING" },
  { table: "nat", chain: "KUBE-FIREWALL", until: "filterFirewall" },
  { table: "nat", chain: "KUBE-NODE-PORT" },
  { table: "nat", chain: "KUBE-LOAD-BALANCER" },
  { table: "nat", chain: "KUBE-MARK-MASQ" },
  { table: "filter", chain: "KUBE-FORWARD" },
  { table: "filter", chain: "KUBE-NODE-PORT" },
  { table: "filter", chain: "KUBE-PROXY-FIREWALL", since: "filterFirewall" },
  { table: "filter", chain: "KUBE-SOURCE-RANGES-FIREWALL", since: "filterFirewall" },
  { table: "filter", chain: "KUBE-IPVS-FILTER", since: "accessFilter" },
  { table: "filter", chain: "KUBE-IPVS-OUT-FILTER", since: "outFilter" },
];

interface Jump extends Span {
  readonly table: KubeTable;
  readonly from: string;
  readonly to: string;
  readonly comment: string;
}

const PORTALS = "kubernetes service portals";
const FIREWALL = "kube-proxy firewall rules";
const ACCESS = "kubernetes ipvs access filter";

/** iptablesJumpChain: each is put before what is there, so that a later one stands above. */
export const JUMPS: readonly Jump[] = [
  { table: "nat", from: "OUTPUT", to: "KUBE-SERVICES", comment: PORTALS },
  { table: "nat", from: "PREROUTING", to: "KUBE-SERVICES", comment: PORTALS },
  { table: "nat", from: "POSTROUTING", to: "KUBE-POSTROUTING", comment: "kubernetes postrouting rules" },
  { table: "filter", from: "FORWARD", to: "KUBE-FORWARD", comment: "kubernetes forwarding rules" },
  { table: "filter", from: "INPUT", to: "KUBE-NODE-PORT", comment: "kubernetes health check rules" },
  { table: "filter", from: "INPUT", to: "KUBE-PROXY-FIREWALL", comment: FIREWALL, since: "filterFirewall" },
  { table: "filter", from: "FORWARD", to: "KUBE-PROXY-FIREWALL", comment: FIREWALL, since: "filterFirewall" },
  { table: "filter", from: "INPUT", to: "KUBE-IPVS-FILTER", comment: ACCESS, since: "accessFilter" },
  { table: "filter", from: "OUTPUT", to: "KUBE-IPVS-OUT-FILTER", comment: ACCESS, since: "outFilter" },
];

/** A rule that is there while its set has members. */
interface SetRule extends Span {
  readonly set: ProxySetName;
  readonly table: KubeTable;
  readonly from: string;
  /** A chain, or what iptables calls a target. */
  readonly to: string;
  readonly directions: string;
  readonly protocol?: ServiceProtocol;
}

const NAT = { table: "nat", directions: "dst,dst" } as const;
const FILTER = { table: "filter", directions: "dst,dst", since: "filterFirewall" } as const;
const NODE_PORT = { table: "nat", from: "KUBE-NODE-PORT", directions: "dst" } as const;
const SOURCED = { directions: "dst,dst,src", to: "RETURN" } as const;
/** Until source ranges moved to filter. */
const OLD = { table: "nat", directions: "dst,dst", until: "filterFirewall" } as const;

/** ipsetWithIptablesChain. */
export const SET_RULES: readonly SetRule[] = [
  { ...NAT, set: "KUBE-LOOP-BACK", from: "KUBE-POSTROUTING", to: "MASQUERADE", directions: "dst,dst,src" },
  { ...NAT, set: "KUBE-LOAD-BALANCER", from: "KUBE-SERVICES", to: "KUBE-LOAD-BALANCER" },
  { ...OLD, set: "KUBE-LOAD-BALANCER-FW", from: "KUBE-LOAD-BALANCER", to: "KUBE-FIREWALL" },
  { ...OLD, ...SOURCED, set: "KUBE-LOAD-BALANCER-SOURCE-CIDR", from: "KUBE-FIREWALL" },
  { ...OLD, ...SOURCED, set: "KUBE-LOAD-BALANCER-SOURCE-IP", from: "KUBE-FIREWALL" },
  { ...NAT, set: "KUBE-LOAD-BALANCER-LOCAL", from: "KUBE-LOAD-BALANCER", to: "RETURN" },
  { ...NODE_PORT, set: "KUBE-NODE-PORT-LOCAL-TCP", to: "RETURN", protocol: "TCP" },
  { ...NODE_PORT, set: "KUBE-NODE-PORT-TCP", to: "KUBE-MARK-MASQ", protocol: "TCP" },
  { ...NODE_PORT, set: "KUBE-NODE-PORT-LOCAL-UDP", to: "RETURN", protocol: "UDP" },
  { ...NODE_PORT, set: "KUBE-NODE-PORT-UDP", to: "KUBE-MARK-MASQ", protocol: "UDP" },
  { ...NODE_PORT, ...NAT, set: "KUBE-NODE-PORT-LOCAL-SCTP-HASH", to: "RETURN", protocol: "SCTP" },
  { ...NODE_PORT, ...NAT, set: "KUBE-NODE-PORT-SCTP-HASH", to: "KUBE-MARK-MASQ", protocol: "SCTP" },
  { ...FILTER, set: "KUBE-LOAD-BALANCER-FW", from: "KUBE-PROXY-FIREWALL", to: "KUBE-SOURCE-RANGES-FIREWALL" },
  { ...FILTER, ...SOURCED, set: "KUBE-LOAD-BALANCER-SOURCE-CIDR", from: "KUBE-SOURCE-RANGES-FIREWALL" },
  { ...FILTER, ...SOURCED, set: "KUBE-LOAD-BALANCER-SOURCE-IP", from: "KUBE-SOURCE-RANGES-FIREWALL" },
];
