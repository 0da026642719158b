import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: flannel-io/flannel pkg/trafficmngr/iptables and pkg/trafficmngr/nftables. */
export const flannel: Owner = defineOwner({
  name: "flannel",
  title: "flannel",
  tables: [{ name: /^flannel-ipv[46]$/, means: "flannel-table" }],
  chains: [
    { table: "flannel-ipv4", name: /^postrtg$/, means: "flannel-chain-postrouting" },
    { table: "flannel-ipv6", name: /^postrtg$/, means: "flannel-chain-postrouting" },
    { table: "flannel-ipv4", name: /^forward$/, means: "flannel-chain-forward" },
    { table: "flannel-ipv6", name: /^forward$/, means: "flannel-chain-forward" },
    { name: /^FLANNEL-POSTRTG$/, means: "flannel-chain-postrouting" },
    { name: /^FLANNEL-FWD$/, means: "flannel-chain-forward" },
  ],
  rules: [
    { chain: /^postrtg$/, text: /^meta mark \S+ return$/, means: "flannel-nft-marked" },
    { chain: /^postrtg$/, text: /^ip6? saddr \S+ ip6? daddr \S+ return$/, means: "flannel-nft-inside" },
    { chain: /^postrtg$/, text: /^ip6? saddr != \S+ ip6? daddr \S+ return$/, means: "flannel-nft-other-node" },
    { chain: /^postrtg$/, text: /^ip6? saddr \S+ ip6? daddr != \S+ masquerade/, means: "flannel-nft-leaving" },
    { chain: /^postrtg$/, text: /^ip6? saddr != \S+ ip6? daddr \S+ masquerade/, means: "flannel-nft-entering" },
  ],
  devices: [{ name: /^flannel(\.\d+|-v6\.\d+|-wg)$/, means: "flannel-device" }],
});
