import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

const table = "libvirt_network";

/** Upstream: libvirt src/network/network_nftables.c. */
export const libvirt: Owner = defineOwner({
  name: "libvirt",
  title: "libvirt",
  tables: [{ name: /^libvirt_network$/, means: "libvirt-table" }],
  chains: [
    { table, name: /^forward$/, means: "libvirt-chain-forward" },
    { table, name: /^guest_input$/, means: "libvirt-chain-in" },
    { table, name: /^guest_output$/, means: "libvirt-chain-out" },
    { table, name: /^guest_cross$/, means: "libvirt-chain-cross" },
    { table, name: /^guest_nat$/, means: "libvirt-chain-nat" },
  ],
  devices: [{ name: /^virbr\d+$/, means: "libvirt-device-bridge" }],
});
