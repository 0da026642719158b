import type { Family } from "../../../base/address.ts";
import type { Change } from "../versions.ts";

/** One of the sets that kube-proxy makes in mode ipvs, filled or not: pkg/proxy/ipvs/proxier.go ipsetInfo. */
export interface ProxySet {
  readonly type: "hash:ip" | "hash:ip,port" | "hash:ip,port,ip" | "hash:ip,port,net" | "bitmap:port";
  /** In the rules that ask for it. */
  readonly comment: string;
  /** Only versions with this change have it. Absent: all. */
  readonly since?: Change;
}

export type ProxySetName =
  | "KUBE-LOOP-BACK"
  | "KUBE-CLUSTER-IP"
  | "KUBE-EXTERNAL-IP"
  | "KUBE-EXTERNAL-IP-LOCAL"
  | "KUBE-LOAD-BALANCER"
  | "KUBE-LOAD-BALANCER-FW"
  | "KUBE-LOAD-BALANCER-LOCAL"
  | "KUBE-LOAD-BALANCER-SOURCE-IP"
  | "KUBE-LOAD-BALANCER-SOURCE-CIDR"
  | "KUBE-NODE-PORT-TCP"
  | "KUBE-NODE-PORT-LOCAL-TCP"
  | "KUBE-NODE-PORT-UDP"
  | "KUBE-NODE-PORT-LOCAL-UDP"
  | "KUBE-NODE-PORT-SCTP-HASH"
  | "KUBE-NODE-PORT-LOCAL-SCTP-HASH"
  | "KUBE-HEALTH-CHECK-NODE-PORT"
  | "KUBE-IPVS-IPS";

const LB = "Kubernetes service load balancer ip + port";

/** Name → set, in the order in which they are made. */
export const PROXY_SETS: Readonly<Record<ProxySetName, ProxySet>> = {
  "KUBE-LOOP-BACK": {
    type: "hash:ip,port,ip",
    comment: "Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose",
  },
  "KUBE-CLUSTER-IP": {
    type: "hash:ip,port",
    comment: "Kubernetes service cluster ip + port for masquerade purpose",
  },
  "KUBE-EXTERNAL-IP": {
    type: "hash:ip,port",
    comment: "Kubernetes service external ip + port for masquerade and filter purpose",
  },
  "KUBE-EXTERNAL-IP-LOCAL": {
    type: "hash:ip,port",
    comment: "Kubernetes service external ip + port with externalTrafficPolicy=local",
  },
  "KUBE-LOAD-BALANCER": { type: "hash:ip,port", comment: "Kubernetes service lb portal" },
  "KUBE-LOAD-BALANCER-FW": { type: "hash:ip,port", comment: `${LB} for load balancer with sourceRange` },
  "KUBE-LOAD-BALANCER-LOCAL": { type: "hash:ip,port", comment: `${LB} with externalTrafficPolicy=local` },
  "KUBE-LOAD-BALANCER-SOURCE-IP": {
    type: "hash:ip,port,ip",
    comment: `${LB} + source IP for packet filter purpose`,
  },
  "KUBE-LOAD-BALANCER-SOURCE-CIDR": {
    type: "hash:ip,port,net",
    comment: `${LB} + source cidr for packet filter purpose`,
  },
  "KUBE-NODE-PORT-TCP": { type: "bitmap:port", comment: "Kubernetes nodeport TCP port for masquerade purpose" },
  "KUBE-NODE-PORT-LOCAL-TCP": {
    type: "bitmap:port",
    comment: "Kubernetes nodeport TCP port with externalTrafficPolicy=local",
  },
  "KUBE-NODE-PORT-UDP": { type: "bitmap:port", comment: "Kubernetes nodeport UDP port for masquerade purpose" },
  "KUBE-NODE-PORT-LOCAL-UDP": {
    type: "bitmap:port",
    comment: "Kubernetes nodeport UDP port with externalTrafficPolicy=local",
  },
  "KUBE-NODE-PORT-SCTP-HASH": {
    type: "hash:ip,port",
    comment: "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'",
  },
  "KUBE-NODE-PORT-LOCAL-SCTP-HASH": {
    type: "hash:ip,port",
    comment: "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
  },
  "KUBE-HEALTH-CHECK-NODE-PORT": { type: "bitmap:port", comment: "Kubernetes health check node port" },
  "KUBE-IPVS-IPS": { type: "hash:ip", comment: "Addresses on the ipvs interface", since: "accessFilter" },
};

/** IPSET_MAXNAMELEN without its end. */
const LONGEST_NAME = 31;

/** The same set of the other family has a name of its own: ipset.go NewIPSet, which cuts what ipset would refuse. */
export function setName(name: ProxySetName, family: Family): string {
  return family === "ip" ? name : name.replace("KUBE-", "KUBE-6-").slice(0, LONGEST_NAME);
}
