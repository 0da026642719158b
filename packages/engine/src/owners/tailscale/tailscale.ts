import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: tailscale util/linuxfw, wgengine/router. Its bits are 16–23, where Cilium keeps identities. */
export const tailscale: Owner = defineOwner({
  name: "tailscale",
  title: "Tailscale",
  chains: [{ name: /^ts-(input|forward|postrouting)$/, means: "tailscale-chain" }],
  devices: [{ name: /^tailscale\d+$/, means: "tailscale-device" }],
  routingRules: [
    {
      priority: [5210, 5250],
      text: /^from all fwmark 0x80000\/0xff0000 (lookup \S+|unreachable)$/,
      means: "tailscale-routing-bypass",
    },
    { priority: [5270, 5270], text: /^from all lookup 52$/, means: "tailscale-routing" },
  ],
  routingTables: [{ name: /^52$/, means: "tailscale-table" }],
  marks: {
    fields: [
      { value: 0x4_0000, mask: 0xff_0000, means: "tailscale-mark-forward" },
      { value: 0x8_0000, mask: 0xff_0000, means: "tailscale-mark-bypass" },
    ],
  },
});
