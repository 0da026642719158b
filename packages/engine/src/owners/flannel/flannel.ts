import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: flannel-io/flannel pkg/trafficmngr/iptables. */
export const flannel: Owner = defineOwner({
  name: "flannel",
  title: "flannel",
  chains: [
    { name: /^FLANNEL-POSTRTG$/, means: "flannel-chain-postrouting" },
    { name: /^FLANNEL-FWD$/, means: "flannel-chain-forward" },
  ],
  devices: [{ name: /^flannel(\.\d+|-v6\.\d+|-wg)$/, means: "flannel-device" }],
});
