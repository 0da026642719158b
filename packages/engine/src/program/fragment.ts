import { encodeIpPayload } from "./packet-bytes.ts";
import type { Packet } from "./packet.ts";
import { decodeTransport, NO_TRANSPORT, transportHeaderLength } from "./transport.ts";

/** Fragments start at a multiple of this (RFC 791 3.1). */
export const FRAGMENT_UNIT = 8;

/** The fragment that holds the bytes `from` (a multiple of 8) to `to` behind the IP headers of a packet. */
export function fragmentOf(packet: Packet, from: number, to: number): Packet {
  const bytes = encodeIpPayload(packet);
  const more = to < bytes.length;
  if (from > 0)
    return {
      ...packet,
      ...NO_TRANSPORT,
      truncateL4: null,
      fragment: { offset: from / FRAGMENT_UNIT, more },
      payload: bytes.slice(from, to),
    };
  const inPayload = Math.max(0, to - transportHeaderLength(packet));
  return {
    ...packet,
    fragment: { offset: 0, more, rest: packet.payload.slice(inPayload) },
    payload: packet.payload.slice(0, inPayload),
    truncateL4: inPayload === 0 ? to : null,
  };
}

/** The whole packet that a first fragment and all bytes behind the IP headers make. */
export function packetOfFragments(first: Packet, bytes: Uint8Array): Packet {
  const context = { src: first.src, dst: first.dst, proto: first.proto, fragment: null };
  return { ...first, ...decodeTransport(bytes, context), fragment: null };
}
