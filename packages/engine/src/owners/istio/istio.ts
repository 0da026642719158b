import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: istio tools/istio-iptables. Found in a pod's namespace; on a node where istio-cni captures in the host's. */
export const istio: Owner = defineOwner({
  name: "istio",
  title: "Istio",
  chains: [
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
