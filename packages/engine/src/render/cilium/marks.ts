/** Marks as rules test them: pkg/datapath/linux/linux_defaults. */
export const MARK = {
  /** To a proxy; its port stands in the upper half. */
  toProxy: "0x200/0xf00",
  /** From a proxy for ingress or egress. */
  fromProxy: "0xa00/0xe00",
  /** From a proxy, without the identity of a pod: an answer. */
  proxyReply: "0xa00/0xfffffeff",
  fromEgressProxy: "0xb00/0xf00",
  /** From a proxy in the name of a pod, whose number it carries. */
  upstream: "0x800/0xe00",
  toWorld: "0x800/0xf00",
  overlay: "0x400/0xf00",
  host: "0xc00/0xf00",
  decrypted: "0xd00/0xf00",
  encrypt: "0xe00/0xf00",
  identity: "0xf00/0xf00",
} as const;

const TO_PROXY = 0x200;

/** The mark of packets for a proxy: its port as it stands in the packet, in network byte order. */
export function proxyMark(port: number): string {
  const swapped = ((port & 0xff) << 8) | (port >>> 8);
  return `0x${(((swapped << 16) | TO_PROXY) >>> 0).toString(16)}`;
}
