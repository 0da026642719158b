import type { Address } from "../base/address.ts";
import type { FlowKey } from "./fib.ts";
import { staysOnItsLink } from "./ip6-header.ts";
import type { Skb } from "./skb.ts";

/** What a lookup for this packet is asked with. */
export function flowKey(skb: Skb, over: Partial<FlowKey>): FlowKey {
  return {
    src: skb.src,
    dst: skb.dst,
    iif: skb.iif ?? "lo",
    oif: null,
    dev: over.oif ?? null,
    near: null,
    anyLink: false,
    tos: skb.tos,
    mark: skb.mark,
    uid: skb.socket?.uid ?? 0,
    proto: skb.base.proto,
    sport: skb.sport ?? 0,
    dport: skb.dport ?? 0,
    ...over,
  };
}

/** The flow as its answer would be looked up. */
export function reverseKey(skb: Skb, over: Pick<FlowKey, "iif" | "mark"> & Partial<Pick<FlowKey, "src">>): FlowKey {
  return flowKey(skb, { src: skb.dst, dst: skb.src, sport: skb.dport ?? 0, dport: skb.sport ?? 0, uid: 0, ...over });
}

/**
 * IPv6: what is asked where the sender names a device, by which an address of one link is only looked for, others among equal
 * routes (ip6_route_output_flags, rt6_score_route).
 */
export function fromDevice(dev: string | null, dst: Address): Partial<FlowKey> {
  if (dev === null) return { dst };
  const strict = typeof dst === "bigint" && staysOnItsLink(dst);
  return { dst, oif: dev, dev: strict ? dev : null, near: { dev, among: "metric" } };
}
