import type { Family } from "../base/address.ts";
import type { Nexthop } from "../model/routing.ts";
import type { Program } from "./program.ts";

/**
 * May a lookup take the next hop, by what a listing says of its link? `anyLink`: a device without a link will do, whatever its settings
 * (FIB_LOOKUP_IGNORE_LINKSTATE; rt6_device_match never asks).
 */
export function hasLink(program: Program, family: Family, { flags, dev }: Nexthop, anyLink: boolean): boolean {
  const isIgnored = flags.includes("linkdown") && dev !== null && ignoresLinkDown(program, family, dev);
  // fib_nexthop_info calls such a next hop dead, too; it is only where the device is down.
  const isUp = isIgnored && program.links.get(dev)?.flags.includes("UP") === true;
  if (flags.includes("dead") && !isUp) return false;
  return anyLink || !isIgnored;
}

const IGNORE = "ignore_routes_with_linkdown";

/** ip_ignore_linkdown: either of the two. ip6_ignore_linkdown: the device's own, which writing `all` writes, too. */
function ignoresLinkDown({ sysctl }: Program, family: Family, dev: string): boolean {
  if (family === "ip") return sysctl.either("ipv4", dev, IGNORE, 0);
  return sysctl.device("ipv6", dev, IGNORE, sysctl.number(`net.ipv6.conf.all.${IGNORE}`, 0)) !== 0;
}
