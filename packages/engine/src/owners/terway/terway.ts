import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: AliyunContainerService/terway. Its pod devices are named as Calico's are, so that Felix can enforce policies. */
export const terway: Owner = defineOwner({
  name: "terway",
  title: "Terway",
  chains: [{ name: /^terway-masq$/, means: "terway-chain-masq" }],
  rules: [
    { chain: /^terway-masq$/, means: "terway-masquerade" },
    { text: /-j terway-masq$/, means: "terway-jump" },
    { comment: /^terway-symmetric$/, means: "terway-symmetric" },
  ],
  devices: [{ name: /^ipvl_\d+$/, means: "terway-device-ipvlan" }],
  routingRules: [
    {
      priority: [512, 512],
      text: /^from all to (?<pod>\S+) lookup main$/,
      means: "terway-routing-to-pod",
      shared: true,
    },
    { priority: [2048, 2048], text: /^from (?<pod>\S+) lookup (?<table>1\d{3})$/, means: "terway-routing-from-pod" },
    {
      priority: [600, 600],
      text: /^from all fwmark 0x10\/0x10 lookup (?<table>100)$/,
      means: "terway-routing-symmetric",
    },
  ],
  marks: { fields: [{ value: 0x10, mask: 0x10, means: "terway-mark-symmetric" }] },
});
