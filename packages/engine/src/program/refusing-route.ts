import type { Route, RouteType } from "../model/routing.ts";

/** The errno that a lookup ends with, by the ICMP error that the kernel answers; `by-lo`: none, but the route takes no packet. */
export type FibError = "net-unreachable" | "host-unreachable" | "prohibited" | "blackhole" | "by-lo";

/** Route types that answer with an error, or send on to the next rule (fib6_prop of net/ipv6/route.c, fib_props of net/ipv4/fib_semantics.c). */
const REFUSING: ReadonlySet<RouteType> = new Set(["throw", "unreachable", "prohibit", "blackhole"]);

/**
 * IPv6 keeps routes that refuse on lo (fib6_nh_init), so a lookup held to another device passes them by (rt6_device_match, rt6_score_route)
 * and goes on to shorter prefixes and to the next rule. IPv4 has no device for them: they answer whatever is asked for.
 */
export function passesBy({ family, type }: Pick<Route, "family" | "type">, dev: string | null): boolean {
  return family === "ip6" && dev !== null && dev !== "lo" && REFUSING.has(type);
}

/**
 * fib6_is_reject: what would lead round by lo without end refuses instead, but for ::1 itself. Its type stays, and that is no error
 * (fib6_prop), so packets made here have a route and pass OUTPUT; behind it they are lost (ip6_pkt_discard_out).
 */
export function refusesByLo(
  { family, type, dst }: Pick<Route, "family" | "type" | "dst">,
  dev: string | null,
): boolean {
  return family === "ip6" && dev === "lo" && (type === "unicast" || type === "multicast") && dst.address !== 1n;
}
