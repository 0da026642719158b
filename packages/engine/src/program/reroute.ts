import type { Family } from "../base/address.ts";

type ReroutedField = "src" | "dst" | "mark" | "tos" | "ttl";

/**
 * What of a packet of this node's own makes it be routed anew when a chain of OUTPUT has changed it: iptables' table mangle
 * (ipt_mangle_out, ip6t_mangle_out) and nft's chains of type route (nf_route_table_hook4, nf_route_table_hook6) ask the same.
 */
export const REROUTED_BY: Readonly<Record<Family, readonly ReroutedField[]>> = {
  ip: ["src", "dst", "mark", "tos"],
  ip6: ["src", "dst", "mark", "tos", "ttl"],
};
