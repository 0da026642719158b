import { encodePacket } from "../../program/packet-bytes.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Datum } from "../../program/value-set.ts";
import type { PayloadBase } from "../../program/value.ts";
import type { Skb } from "../skb.ts";
import { packetOf } from "../skb.ts";

const V4_HEADER = 20;
const V6_HEADER = 40;
const UDP_HEADER = 8;

/** Bytes of the packet from its IP header on, and where its transport header stands in them. */
export interface PacketBytes {
  readonly bytes: Uint8Array;
  readonly transport: number;
}

export function packetBytes(skb: Skb): PacketBytes {
  const bytes = encodePacket(packetOf(skb));
  return { bytes, transport: transportOffset(skb, bytes) };
}

/**
 * nft_set_pktinfo_ipv4, nft_set_pktinfo_ipv6 (include/net/netfilter/nf_tables_ipv6.h): behind the fragment header of a later
 * fragment ipv6_find_hdr gives no offset, and 0 is where the IP header stands.
 */
function transportOffset({ base }: Skb, bytes: Uint8Array): number {
  if (base.family === "ip") return ((bytes[0] ?? 0) & 15) * 4 || V4_HEADER;
  if (base.fragment !== null && base.fragment.offset > 0) return 0;
  let at = V6_HEADER;
  for (const { type, body } of base.extensionHeaders) {
    // An authentication header is a transport to nft (IP6_FH_F_AUTH).
    if (type === PROTO.ah) return at;
    at += Math.ceil((2 + body.length) / 8) * 8;
  }
  return base.fragment === null ? at : at + 8;
}

/** Does the bytes' place suit nft_payload_fast_eval, which does not look whether this is a later fragment? */
function isFast(at: number, length: number): boolean {
  return (length === 1 || length === 2 || length === 4) && at % length === 0;
}

/** Where the first of these bytes stands, from the IP header on; null: nft cannot read them (nft_payload_eval). */
export function placeInPacket(
  skb: Skb,
  { bytes, transport }: PacketBytes,
  base: PayloadBase,
  at: number,
  length: number,
  isWrite = false,
): number | null {
  const start = startOf(skb, { bytes, transport }, base, !isWrite && isFast(at, length));
  return start === null || start + at + length > bytes.length ? null : start + at;
}

function startOf(skb: Skb, { bytes, transport }: PacketBytes, base: PayloadBase, fast: boolean): number | null {
  const isLater = skb.base.fragment !== null && skb.base.fragment.offset > 0;
  switch (base) {
    case "nh":
      return 0;
    case "th":
      return isLater && !fast ? null : transport;
    case "ih":
      return isLater ? null : innerOffset(skb, bytes, transport);
    case "ll":
      return null;
  }
}

/** nft_payload_inner_offset. */
function innerOffset({ base }: Skb, bytes: Uint8Array, transport: number): number | null {
  if (base.proto === PROTO.udp) return transport + UDP_HEADER;
  return base.proto === PROTO.tcp ? transport + ((bytes[transport + 12] ?? 0) >> 4) * 4 : null;
}

/** Bits of the packet as a number in network order; null where nft cannot read them. */
export function readPayload(skb: Skb, base: PayloadBase, offset: number, bits: number): Datum | null {
  const first = offset >> 3;
  const length = ((offset + bits + 7) >> 3) - first;
  const packet = packetBytes(skb);
  const at = placeInPacket(skb, packet, base, first, length);
  if (at === null) return null;
  const behind = (first + length) * 8 - offset - bits;
  return readBits(packet.bytes, at, length, behind, bits);
}

/** `bits` bits of some bytes, with `behind` bits left out at their end. */
export function readBits(bytes: Uint8Array, at: number, length: number, behind: number, bits: number): Datum {
  if (length <= 4) {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
    const shifted = value >>> behind;
    return bits >= 32 ? shifted : (shifted & (2 ** bits - 1)) >>> 0;
  }
  let value = 0n;
  for (let i = 0; i < length; i++) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  const own = (value >> BigInt(behind)) & ((1n << BigInt(bits)) - 1n);
  return bits > 32 ? own : Number(own);
}
