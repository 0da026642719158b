import type { NamePattern, RulePattern } from "../owner.ts";

/** Names are those of both families: `KUBE-6-…`, cut at 31 characters. */
export const kubeProxySets: readonly NamePattern[] = [
  { name: /^KUBE-(6-)?LOOP-BACK$/, means: "kube-set-loop-back" },
  { name: /^KUBE-(6-)?CLUSTER-IP$/, means: "kube-set-cluster-ip" },
  { name: /^KUBE-(6-)?EXTERNAL-IP$/, means: "kube-set-external-ip" },
  { name: /^KUBE-(6-)?EXTERNAL-IP-LOCAL$/, means: "kube-set-external-ip-local" },
  { name: /^KUBE-(6-)?LOAD-BALANCER$/, means: "kube-set-load-balancer" },
  { name: /^KUBE-(6-)?LOAD-BALANCER-FW$/, means: "kube-set-load-balancer-fw" },
  { name: /^KUBE-(6-)?LOAD-BALANCER-LOCAL$/, means: "kube-set-load-balancer-local" },
  { name: /^KUBE-(6-)?LOAD-BALANCER-SOURCE-IP$/, means: "kube-set-source-ip" },
  { name: /^KUBE-(6-)?LOAD-BALANCER-SOURCE-CIDR?$/, means: "kube-set-source-cidr" },
  { name: /^KUBE-(6-)?NODE-PORT-LOCAL-(TCP|UDP|SCTP-HASH?)$/, means: "kube-set-node-port-local" },
  { name: /^KUBE-(6-)?NODE-PORT-(TCP|UDP|SCTP-HASH)$/, means: "kube-set-node-port" },
  { name: /^KUBE-(6-)?HEALTH-CHECK-NODE-PORT$/, means: "kube-set-health-check" },
  { name: /^KUBE-(6-)?IPVS-IPS$/, means: "kube-set-ipvs-ips" },
];

/** Many have no comment: the chain and the set tell. */
export const kubeProxyIpvsRules: readonly RulePattern[] = [
  { chain: /^KUBE-SERVICES$/, text: /^-s (127\.0\.0\.0\/8|::1\/128) -j RETURN$/, means: "kube-ipvs-loopback" },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?LOAD-BALANCER dst,dst -j KUBE-LOAD-BALANCER$/,
    means: "kube-ipvs-load-balancer",
  },
  {
    chain: /^KUBE-SERVICES$/,
    text: /^! -[si] .*KUBE-(6-)?CLUSTER-IP dst,dst -j KUBE-MARK-MASQ$/,
    means: "kube-ipvs-cluster-ip-outside",
  },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?CLUSTER-IP src,dst -j KUBE-MARK-MASQ$/,
    means: "kube-ipvs-cluster-ip-self",
  },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?CLUSTER-IP dst,dst -j KUBE-MARK-MASQ$/,
    means: "kube-ipvs-cluster-ip-all",
  },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?EXTERNAL-IP dst,dst -j KUBE-MARK-MASQ$/,
    means: "kube-ipvs-external-masq",
  },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?EXTERNAL-IP(-LOCAL)? dst,dst -m physdev .*-j ACCEPT$/,
    means: "kube-ipvs-external-outside",
  },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?EXTERNAL-IP(-LOCAL)? dst,dst .*--dst-type LOCAL -j ACCEPT$/,
    means: "kube-ipvs-external-local",
  },
  { chain: /^KUBE-SERVICES$/, text: /--dst-type LOCAL -j KUBE-NODE-PORT$/, means: "kube-ipvs-node-port" },
  {
    chain: /^KUBE-SERVICES$/,
    text: /KUBE-(6-)?(CLUSTER-IP|LOAD-BALANCER) dst,dst -j ACCEPT$/,
    means: "kube-ipvs-accept",
  },
  { chain: /^KUBE-LOAD-BALANCER$/, text: /LOAD-BALANCER-LOCAL dst,dst -j RETURN$/, means: "kube-ipvs-local-return" },
  { chain: /^KUBE-LOAD-BALANCER$/, text: /LOAD-BALANCER-FW dst,dst -j KUBE-FIREWALL$/, means: "kube-ipvs-lb-firewall" },
  { chain: /^KUBE-LOAD-BALANCER$/, text: /-j KUBE-MARK-MASQ$/, means: "kube-ipvs-lb-masq" },
  { chain: /^KUBE-NODE-PORT$/, table: "nat", text: /-LOCAL-\S+ \S+ -j RETURN$/, means: "kube-ipvs-local-return" },
  { chain: /^KUBE-NODE-PORT$/, table: "nat", text: /-j KUBE-MARK-MASQ$/, means: "kube-ipvs-node-port-masq" },
  { chain: /^KUBE-NODE-PORT$/, text: /HEALTH-CHECK-NODE-PORT dst -j ACCEPT$/, means: "kube-ipvs-health-check" },
  { chain: /^KUBE-FIREWALL$/, table: "nat", text: /-j RETURN$/, means: "kube-ipvs-ranges-return" },
  { chain: /^KUBE-FIREWALL$/, table: "nat", text: /-j KUBE-MARK-DROP$/, means: "kube-ipvs-ranges-mark-drop" },
  { chain: /^KUBE-POSTROUTING$/, text: /LOOP-BACK dst,dst,src -j MASQUERADE/, means: "kube-ipvs-hairpin" },
  { chain: /^KUBE-PROXY-FIREWALL$/, text: /-j KUBE-SOURCE-RANGES-FIREWALL$/, means: "kube-ipvs-ranges" },
  { chain: /^KUBE-SOURCE-RANGES-FIREWALL$/, text: /-j RETURN$/, means: "kube-ipvs-ranges-return" },
  { chain: /^KUBE-SOURCE-RANGES-FIREWALL$/, text: /^-j DROP$/, means: "kube-ipvs-ranges-drop" },
  { chain: /^KUBE-IPVS-FILTER$/, text: /-j RETURN$/, means: "kube-ipvs-filter-service" },
  {
    chain: /^KUBE-IPVS-FILTER$/,
    text: /IPVS-IPS dst .*-j REJECT|--ctstate NEW .*-j REJECT/,
    means: "kube-ipvs-filter-reject",
  },
  { chain: /^KUBE-IPVS-OUT-FILTER$/, text: /-j DROP$/, means: "kube-ipvs-out-drop" },
];
