import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { kubeMarks } from "./marks.ts";
import { kubeProxyIpvsRules, kubeProxySets } from "./ipvs.ts";
import { kubeProxyIptablesRules } from "./iptables.ts";

/** Upstream: pkg/proxy/iptables, pkg/proxy/ipvs. Service chains: first 16 characters of base32(SHA-256(name + protocol)). */
export const kubeProxy: Owner = defineOwner({
  name: "kube-proxy",
  title: "kube-proxy",
  chains: [
    { name: /^KUBE-SERVICES$/, means: "kube-chain-services" },
    { name: /^KUBE-SVC-[A-Z2-7]{16}$/, means: "kube-chain-svc" },
    { name: /^KUBE-SVL-[A-Z2-7]{16}$/, means: "kube-chain-svl" },
    { name: /^KUBE-SEP-[A-Z2-7]{16}$/, means: "kube-chain-sep" },
    { name: /^KUBE-EXT-[A-Z2-7]{16}$/, means: "kube-chain-ext" },
    { name: /^KUBE-XLB-[A-Z2-7]{16}$/, means: "kube-chain-xlb" },
    { name: /^KUBE-FW-[A-Z2-7]{16}$/, means: "kube-chain-fw" },
    { name: /^KUBE-EXTERNAL-SERVICES$/, means: "kube-chain-external-services" },
    { name: /^KUBE-NODEPORTS$/, table: "nat", means: "kube-chain-nodeports" },
    { name: /^KUBE-NODEPORTS$/, means: "kube-chain-nodeports-filter" },
    { name: /^KUBE-NODE-PORT$/, table: "nat", means: "kube-chain-node-port" },
    { name: /^KUBE-NODE-PORT$/, means: "kube-chain-node-port-filter" },
    { name: /^KUBE-LOAD-BALANCER$/, means: "kube-chain-load-balancer" },
    { name: /^KUBE-FIREWALL$/, table: "nat", means: "kube-chain-firewall-nat" },
    { name: /^KUBE-MARK-MASQ$/, means: "kube-chain-mark-masq" },
    { name: /^KUBE-POSTROUTING$/, means: "kube-chain-postrouting" },
    { name: /^KUBE-FORWARD$/, means: "kube-chain-forward" },
    { name: /^KUBE-PROXY-FIREWALL$/, means: "kube-chain-proxy-firewall" },
    { name: /^KUBE-SOURCE-RANGES-FIREWALL$/, means: "kube-chain-source-ranges" },
    { name: /^KUBE-IPVS-FILTER$/, means: "kube-chain-ipvs-filter" },
    { name: /^KUBE-IPVS-OUT-FILTER$/, means: "kube-chain-ipvs-out-filter" },
    { name: /^KUBE-PROXY-CANARY$/, means: "kube-chain-canary" },
  ],
  rules: [
    ...kubeProxyIpvsRules,
    ...kubeProxyIptablesRules,
    { comment: /^kubernetes service portals$/, means: "kube-jump-services" },
    { comment: /^kubernetes postrouting rules$/, means: "kube-jump-postrouting" },
    { comment: /^kubernetes forwarding rules$/, text: /-j KUBE-FORWARD/, means: "kube-jump-forward" },
    { comment: /^kubernetes health check (rules|service ports)$/, means: "kube-jump-health" },
    { comment: /^kube-proxy firewall rules$|^kubernetes load balancer firewall$/, means: "kube-jump-firewall" },
    { comment: /^kubernetes ipvs access filter$/, means: "kube-jump-ipvs-filter" },
    { comment: /^kubernetes externally-visible service portals$/, means: "kube-jump-external" },
    { chain: /^KUBE-MARK-MASQ$/, text: /-j MARK/, means: "kube-mark-masq" },
    { chain: /^KUBE-POSTROUTING$/, text: /^-m mark ! --mark \S+ -j RETURN$/, means: "kube-postrouting-return" },
    { chain: /^KUBE-POSTROUTING$/, text: /^-j MARK --set-xmark \S+\/0x0$/, means: "kube-postrouting-clear" },
    {
      chain: /^KUBE-POSTROUTING$/,
      comment: /^kubernetes service traffic requiring SNAT$/,
      means: "kube-postrouting-masquerade",
    },
    { chain: /^KUBE-FORWARD$/, text: /--ctstate INVALID/, means: "kube-forward-invalid" },
    { chain: /^KUBE-FORWARD$/, comment: /^kubernetes forwarding rules$/, means: "kube-forward-marked" },
    { chain: /^KUBE-FORWARD$/, comment: /^kubernetes forwarding conntrack /, means: "kube-forward-established" },
  ],
  sets: kubeProxySets,
  devices: [{ name: /^kube-ipvs0$/, means: "kube-device-ipvs" }],
  marks: kubeMarks,
  variants: [
    { title: "IPVS", chain: /^KUBE-(LOAD-BALANCER|NODE-PORT|IPVS-FILTER|IPVS-OUT-FILTER)$/ },
    { title: "iptables", chain: /^KUBE-(SVC|SVL|SEP|EXT|XLB|FW)-|^KUBE-(NODEPORTS|EXTERNAL-SERVICES)$/ },
  ],
  versions: [
    { chain: { table: "nat", name: /^KUBE-FIREWALL$/ }, to: "1.24" },
    { chain: { table: "filter", name: /^KUBE-PROXY-FIREWALL$/ }, from: "1.25" },
    { rule: { text: /--match-set KUBE-(6-)?HEALTH-CHECK-NODE-PORT / }, from: "1.21" },
    { chain: { table: "filter", name: /^KUBE-IPVS-FILTER$/ }, from: "1.26" },
    { chain: { table: "filter", name: /^KUBE-IPVS-OUT-FILTER$/ }, from: "1.29" },
    { rule: { chain: /^KUBE-POSTROUTING$/, text: /^-m mark ! --mark \S+ -j RETURN$/ }, from: "1.19" },
    { chain: { table: "nat", name: /^KUBE-XLB-/ }, to: "1.23" },
    { chain: { table: "nat", name: /^KUBE-EXT-/ }, from: "1.24" },
  ],
});
