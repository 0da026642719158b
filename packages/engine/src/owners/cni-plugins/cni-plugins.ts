import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: containernetworking/plugins plugins/meta/portmap, pkg/ip/ipmasq_iptables_linux.go, and both for nftables. */
export const cniPlugins: Owner = defineOwner({
  name: "cni-plugins",
  title: "CNI plugins",
  tables: [
    { name: /^cni_hostport$/, means: "cni-table-host-port" },
    { name: /^cni_plugins_masquerade$/, means: "cni-table-masquerade" },
  ],
  chains: [
    { table: "cni_hostport", name: /^(hostip_)?hostports(_all)?$/, means: "cni-chain-host-port" },
    { table: "cni_hostport", name: /^masquerading$/, means: "cni-chain-host-port" },
    { table: "cni_plugins_masquerade", name: /^masq_checks$/, means: "cni-chain-masquerade" },
    { name: /^CNI-HOSTPORT-(DNAT|SETMARK|MASQ)$/, means: "cni-chain-host-port" },
    { name: /^CNI-(DN|SN)-[0-9a-f]+$/, means: "cni-chain-host-port" },
    { name: /^CNI-FORWARD$|^CNI-ADMIN$/, means: "cni-chain-forward" },
    { name: /^CNI-[0-9a-f]{24}$/, means: "cni-chain-masquerade" },
  ],
  devices: [{ name: /^cni\d+$/, means: "cni-device-bridge" }],
  marks: { fields: [{ value: 0x2000, mask: 0x2000, means: "cni-mark-host-port" }] },
});
