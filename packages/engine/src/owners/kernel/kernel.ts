import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** What every node has before anybody writes. Chains: what the hook that calls them sees. */
export const kernel: Owner = defineOwner({
  name: "kernel",
  title: "Linux",
  chains: [
    { name: /^PREROUTING$/, means: "kernel-chain-prerouting" },
    { name: /^INPUT$/, means: "kernel-chain-input" },
    { name: /^FORWARD$/, means: "kernel-chain-forward" },
    { name: /^OUTPUT$/, means: "kernel-chain-output" },
    { name: /^POSTROUTING$/, means: "kernel-chain-postrouting" },
  ],
  devices: [{ name: /^lo$/, means: "kernel-device-lo" }],
  routingRules: [
    { priority: [0, 0], text: /^from all lookup local$/, means: "kernel-routing-local" },
    { priority: [32766, 32766], text: /^from all lookup main$/, means: "kernel-routing-main" },
    { priority: [32767, 32767], text: /^from all lookup default$/, means: "kernel-routing-default" },
  ],
  routingTables: [
    { name: /^local$/, means: "kernel-table-local" },
    { name: /^main$/, means: "kernel-table-main" },
    { name: /^default$/, means: "kernel-table-default" },
  ],
});
