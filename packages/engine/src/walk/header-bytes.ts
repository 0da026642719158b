import { encodeTransport, transportLength } from "../program/transport.ts";
import type { Skb } from "./skb.ts";
import { packetOf } from "./skb.ts";

/** A big-endian number of `length` (1, 2 or 4) bytes of the transport header; null where the packet ends before. */
export function headerBytes(skb: Skb, at: number, length: 1 | 2 | 4): number | null {
  if (transportLength(skb.base) < at + length) return null;
  const bytes = encodeTransport(packetOf(skb));
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
