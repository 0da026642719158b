import { kubeMarks } from "../kube-proxy/marks.ts";
import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: pkg/kubelet/kubelet_network_linux.go. Until 1.26 kubelet wrote the chains of the masquerade mark as well as kube-proxy. */
export const kubelet: Owner = defineOwner({
  name: "kubelet",
  title: "kubelet",
  chains: [
    { name: /^KUBE-IPTABLES-HINT$/, means: "kubelet-chain-hint" },
    { name: /^KUBE-KUBELET-CANARY$/, means: "kubelet-chain-canary" },
    { name: /^KUBE-MARK-DROP$/, means: "kubelet-chain-mark-drop" },
    { name: /^KUBE-FIREWALL$/, table: "filter", means: "kubelet-chain-firewall" },
  ],
  rules: [
    { text: /^-j KUBE-FIREWALL$/, table: "filter", means: "kubelet-jump-firewall" },
    // By what they do: nft's listing of the rules of iptables has no comments.
    { table: "filter", chain: /^KUBE-FIREWALL$/, text: /^-m mark --mark \S+ -j DROP$/, means: "kubelet-drop-marked" },
    {
      table: "filter",
      chain: /^KUBE-FIREWALL$/,
      text: /^! -s (\S+) -d \1 -m conntrack ! --ctstate \S+ -j DROP$/,
      means: "kubelet-drop-localnet",
    },
    { chain: /^KUBE-MARK-DROP$/, means: "kubelet-mark-drop" },
  ],
  marks: kubeMarks,
  versions: [
    { chain: { table: "mangle", name: /^KUBE-IPTABLES-HINT$/ }, from: "1.24" },
    { chain: { table: "nat", name: /^KUBE-MARK-DROP$/ }, to: "1.27" },
    { rule: { chain: /^KUBE-FIREWALL$/, comment: /^kubernetes firewall for dropping marked packets$/ }, to: "1.27" },
  ],
});
