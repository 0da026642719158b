import { bitsOf, printAddress, printPrefix } from "../base/address.ts";
import type { Route } from "../model/routing.ts";

/** A route in short: `10.0.0.0/8 via 10.1.0.254 dev eth1`. */
export function routeText(route: Route): string {
  const { address, length } = route.dst;
  const dst = length === 0 ? "default" : length === bitsOf(address) ? printAddress(address) : printPrefix(route.dst);
  const hops = route.nexthops.map(
    ({ via, dev }) => (via === null ? "" : ` via ${printAddress(via)}`) + (dev === null ? "" : ` dev ${dev}`),
  );
  return `${route.type === "unicast" ? "" : `${route.type} `}${dst}${hops.join(" nexthop")}`;
}
