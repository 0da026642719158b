import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { kubeMarks } from "./marks.ts";
import { kubeProxyIpvsRules, kubeProxySets } from "./ipvs.ts";
import { kubeProxyIptablesRules } from "./iptables.ts";
import { kubeProxyNftChains, kubeProxyNftRules, kubeProxyNftSets } from "./nftables.ts";

const BUILT_IN = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

/** Upstream: pkg/proxy/iptables, pkg/proxy/ipvs, pkg/proxy/nftables. Service chains: first 16 characters of base32(SHA-256(name + protocol)). */
export const kubeProxy: Owner = defineOwner({
  name: "kube-proxy",
  title: "kube-proxy",
  tables: [{ name: /^kube-proxy$/, means: "kube-nft-table" }],
  chains: [
    ...kubeProxyNftChains,
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
    ...kubeProxyNftRules,
    // By what they do: nft's listing of the rules of iptables has no comments.
    { chain: BUILT_IN, text: /-j KUBE-SERVICES$/, means: "kube-jump-services" },
    { chain: BUILT_IN, text: /-j KUBE-POSTROUTING$/, means: "kube-jump-postrouting" },
    { chain: BUILT_IN, text: /-j KUBE-FORWARD$/, means: "kube-jump-forward" },
    { chain: BUILT_IN, table: "filter", text: /-j KUBE-NODE-?PORTS?$/, means: "kube-jump-health" },
    { chain: BUILT_IN, text: /-j KUBE-PROXY-FIREWALL$/, means: "kube-jump-firewall" },
    { chain: BUILT_IN, text: /-j KUBE-IPVS-FILTER$/, means: "kube-jump-ipvs-filter" },
    { chain: BUILT_IN, text: /-j KUBE-IPVS-OUT-FILTER$/, means: "kube-jump-ipvs-out-filter" },
    { chain: BUILT_IN, text: /-j KUBE-EXTERNAL-SERVICES$/, means: "kube-jump-external" },
    { chain: /^KUBE-MARK-MASQ$/, text: /-j MARK/, means: "kube-mark-masq" },
    { chain: /^KUBE-POSTROUTING$/, text: /^-m mark ! --mark \S+ -j RETURN$/, means: "kube-postrouting-return" },
    { chain: /^KUBE-POSTROUTING$/, text: /^-j MARK --set-xmark \S+\/0x0$/, means: "kube-postrouting-clear" },
    {
      chain: /^KUBE-POSTROUTING$/,
      text: /^(-m mark --mark \S+ )?-j MASQUERADE( --random-fully)?$/,
      means: "kube-postrouting-masquerade",
    },
    { chain: /^KUBE-FORWARD$/, text: /--ctstate INVALID/, means: "kube-forward-invalid" },
    { chain: /^KUBE-FORWARD$/, text: /^-m mark --mark \S+ -j ACCEPT$/, means: "kube-forward-marked" },
    { chain: /^KUBE-FORWARD$/, text: /--ctstate RELATED,ESTABLISHED -j ACCEPT$/, means: "kube-forward-established" },
  ],
  sets: [...kubeProxyNftSets, ...kubeProxySets],
  devices: [{ name: /^kube-ipvs0$/, means: "kube-device-ipvs" }],
  marks: kubeMarks,
  variants: [
    { title: "IPVS", chain: /^KUBE-(LOAD-BALANCER|NODE-PORT|IPVS-FILTER|IPVS-OUT-FILTER)$/ },
    { title: "iptables", chain: /^KUBE-(SVC|SVL|SEP|EXT|XLB|FW)-|^KUBE-(NODEPORTS|EXTERNAL-SERVICES)$/ },
    { title: "nftables", chain: /^mark-for-masquerade$/ },
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
    { chain: { table: "kube-proxy", name: /^mark-for-masquerade$/ }, from: "1.29" },
  ],
});
