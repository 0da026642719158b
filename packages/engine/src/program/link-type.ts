/** ARPHRD_* (include/uapi/linux/if_arp.h) by the word of `link/…` in `ip link`. */
export const LINK_TYPES: ReadonlyMap<string, number> = new Map([
  ["ether", 1],
  ["ppp", 512],
  ["ipip", 768],
  ["tunnel6", 769],
  ["loopback", 772],
  ["sit", 776],
  ["gre", 778],
  ["none", 0xfffe],
]);
