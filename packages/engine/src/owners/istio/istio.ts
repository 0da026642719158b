import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: istio tools/istio-iptables, tools/istio-nftables, cni/pkg/nftables. Found in a pod's namespace; on a node where istio-cni captures in the host's. */
export const istio: Owner = defineOwner({
  name: "istio",
  title: "Istio",
  tables: [
    {
      name: /^(istio-(proxy|ambient)|ISTIO_(PROXY|AMBIENT))[-_](nat|mangle|raw|NAT|MANGLE|RAW)$/,
      means: "istio-table",
    },
  ],
  chains: [
    { name: /^istio-(inbound|prerouting)$/, means: "istio-chain-inbound" },
    { name: /^istio-output/, means: "istio-chain-output" },
    { name: /^istio-(in-)?redirect$/, means: "istio-chain-redirect" },
    { name: /^istio-(divert|tproxy)$/, means: "istio-chain-tproxy" },
    { name: /^istio-drop$/, means: "istio-chain" },
    { name: /^ISTIO_(INBOUND|PRERT)$/, means: "istio-chain-inbound" },
    { name: /^ISTIO_OUTPUT$/, means: "istio-chain-output" },
    { name: /^ISTIO_(IN_)?REDIRECT$/, means: "istio-chain-redirect" },
    { name: /^ISTIO_(DIVERT|TPROXY)$/, means: "istio-chain-tproxy" },
    { name: /^ISTIO_/, means: "istio-chain" },
  ],
  marks: {
    fields: [
      { value: 0x539, mask: 0xffff_ffff, means: "istio-mark-proxy" },
      { value: 0x539, mask: 0xfff, means: "istio-mark-proxy" },
    ],
  },
});
