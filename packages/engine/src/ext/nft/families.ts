import type { NftFamily } from "../../model/nft.ts";

/** Which tables see packets of a family: those of `inet` see both versions of IP. */
export const SEEN_BY: Readonly<Record<NftFamily, readonly NftFamily[]>> = {
  ip: ["ip", "inet"],
  ip6: ["ip6", "inet"],
  inet: ["inet"],
  arp: ["arp"],
  bridge: ["bridge"],
  netdev: ["netdev"],
};

export function isNftFamily(text: string): text is NftFamily {
  return Object.hasOwn(SEEN_BY, text);
}
