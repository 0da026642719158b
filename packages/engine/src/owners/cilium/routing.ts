import type { Owner } from "../owner.ts";

/** Upstream: pkg/datapath/linux/linux_defaults, pkg/datapath/linux/routing. */
export const ciliumRouting: Pick<Owner, "routingRules" | "routingTables"> = {
  routingRules: [
    { priority: [1, 1], text: /^from all fwmark 0x[de]00\/0xf00 lookup 200$/, means: "cilium-routing-ipsec" },
    { priority: [1, 1], text: /^from all fwmark 0xe00\/0xf00 lookup 201$/, means: "cilium-routing-wireguard" },
    { text: /^from all fwmark 0x200\/0xf00 lookup (?<table>2004)$/, means: "cilium-routing-to-proxy" },
    { text: /^from all fwmark 0x[ab]00\/0xf00 lookup (?<table>2005)$/, means: "cilium-routing-from-proxy" },
    { priority: [20, 20], text: /^from all to (?<pod>\S+) lookup main$/, means: "cilium-routing-to-pod" },
    { priority: [100, 100], text: /^from all lookup local$/, means: "cilium-routing-local" },
    { priority: [109, 109], text: /^from all fwmark 0x80\/0x80 lookup main$/, means: "cilium-routing-primary-eni" },
    {
      priority: [110, 111],
      text: /^from (?<pod>\S+) (to \S+ )?lookup (?<table>\d+)$/,
      means: "cilium-routing-from-pod",
    },
    { priority: [112, 112], text: /^from all to \S+ lookup 202$/, means: "cilium-routing-vtep" },
  ],
  routingTables: [
    { name: /^200$/, means: "cilium-table-ipsec" },
    { name: /^201$/, means: "cilium-table-wireguard" },
    { name: /^202$/, means: "cilium-table-vtep" },
    { name: /^2004$/, means: "cilium-table-to-proxy" },
    { name: /^2005$/, means: "cilium-table-from-proxy" },
  ],
};
