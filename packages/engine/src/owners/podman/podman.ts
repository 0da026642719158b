import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: netavark src/firewall/nft.rs. */
export const podman: Owner = defineOwner({
  name: "podman",
  title: "Podman",
  tables: [{ name: /^netavark$/, means: "podman-table" }],
  devices: [{ name: /^podman\d+$/, means: "podman-device-bridge" }],
});
