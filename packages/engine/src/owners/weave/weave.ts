import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: weaveworks/weave net/bridge.go, npc/constants.go. */
export const weave: Owner = defineOwner({
  name: "weave",
  title: "Weave Net",
  chains: [
    { table: "nat", name: /^WEAVE$/, means: "weave-chain-masquerade" },
    { table: "filter", name: /^WEAVE-EXPOSE$/, means: "weave-chain-expose" },
    { table: "filter", name: /^WEAVE-NPC(-DEFAULT|-INGRESS)?$/, means: "weave-chain-ingress" },
    { table: "filter", name: /^WEAVE-NPC-EGRESS(-DEFAULT|-CUSTOM|-ACCEPT)?$/, means: "weave-chain-egress" },
  ],
  sets: [{ name: /^weave-/, means: "weave-set" }],
  devices: [
    { name: /^weave$/, means: "weave-device-bridge" },
    { name: /^vethwe(-bridge|-datapath|-pcap)$/, means: "weave-device-link" },
    { name: /^vethwepl[0-9a-f]+$/, means: "weave-device-pod" },
  ],
  marks: { fields: [{ value: 0x4_0000, mask: 0x4_0000, means: "weave-mark-egress" }] },
});
