import type { Address } from "../base/address.ts";
import { scopeOf } from "../program/source-address.ts";
import type { Skb } from "./skb.ts";

const LOOPBACK = 1n;

/** RFC 4291 2.7: the scope of a group; null: no multicast address. */
function groupScope(address: bigint): number | null {
  const { isGroup, width } = scopeOf(address);
  return isGroup ? width : null;
}

/** ip6_rcv_core (net/ipv6/ip6_input.c): addresses that nothing from outside can have; such packets meet no hook. */
export function impossibleAddress({ src, dst, iif }: Skb): string | null {
  if (typeof src !== "bigint" || typeof dst !== "bigint") return null;
  if (groupScope(src) !== null) return "the source is a multicast address";
  if (groupScope(dst) === 0) return "the destination is a group of the reserved scope 0";
  if (iif === "lo") return null;
  if (src === LOOPBACK || dst === LOOPBACK) return "a loopback address comes from outside";
  return groupScope(dst) === 1 ? "a group of this node alone is addressed from outside" : null;
}

/** rt6_need_strict: such a destination is only looked for on one device. */
export function staysOnItsLink(address: bigint): boolean {
  return needsLink(address) || scopeOf(address).kind === "loopback";
}

/** IPV6_ADDR_LINKLOCAL of __ipv6_addr_type: groups of a link, too. */
export function isOfOneLink(address: Address): boolean {
  return typeof address === "bigint" && scopeOf(address).kind === "link";
}

/** Every link has such addresses of its own: icmp6_send and ip6_route_me_harder say which is meant. */
export function needsLink(address: Address): boolean {
  if (typeof address === "number") return false;
  const { kind, isGroup } = scopeOf(address);
  return isGroup || kind === "link";
}

/** icmp6_dev (net/ipv6/icmp.c): the link of a packet; of one that came round by lo, or is made here, that of its route. */
export function linkOf({ iif, route }: Skb): string | null {
  if (iif !== null && iif !== "lo") return iif;
  return route?.type === "local" ? (route.route?.nexthops[0]?.dev ?? null) : (route?.oif ?? null);
}

/** ip6_finish_output2: behind every hook, a group of the node's own scope or of none goes out by lo alone. */
export function staysOnItsNode({ dst, oif }: Skb): boolean {
  const scope = typeof dst === "bigint" ? groupScope(dst) : null;
  return scope !== null && scope <= 1 && oif !== "lo";
}
