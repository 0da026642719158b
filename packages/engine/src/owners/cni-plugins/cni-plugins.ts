import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: containernetworking/plugins plugins/meta/portmap, pkg/ip/ipmasq_iptables_linux.go. */
export const cniPlugins: Owner = defineOwner({
  name: "cni-plugins",
  title: "CNI plugins",
  chains: [
    { name: /^CNI-HOSTPORT-(DNAT|SETMARK|MASQ)$/, means: "cni-chain-host-port" },
    { name: /^CNI-(DN|SN)-[0-9a-f]+$/, means: "cni-chain-host-port" },
    { name: /^CNI-FORWARD$|^CNI-ADMIN$/, means: "cni-chain-forward" },
    { name: /^CNI-[0-9a-f]{24}$/, means: "cni-chain-masquerade" },
  ],
  devices: [{ name: /^cni\d+$/, means: "cni-device-bridge" }],
  marks: { fields: [{ value: 0x2000, mask: 0x2000, means: "cni-mark-host-port" }] },
});
