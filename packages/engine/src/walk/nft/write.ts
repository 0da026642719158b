import { decodePacket } from "../../program/packet-bytes.ts";
import type { Packet } from "../../program/packet.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Datum } from "../../program/value-set.ts";
import type { Target } from "../../program/value.ts";
import { isLaterFragment } from "../fields.ts";
import type { Skb } from "../skb.ts";
import { tcpOptions } from "../tcp-options.ts";
import { packetBytes, placeInPacket } from "./payload.ts";

/** nft_payload_set_eval (net/netfilter/nft_payload.c); "break" where the packet has no such bytes. */
export function writePayload(skb: Skb, target: Target & { kind: "payload" }, value: Datum): "break" | null {
  const { base, offset, bits, checksum } = target;
  // What stands in the link header nobody reads any more.
  if (base === "ll") return skb.iif === null ? "break" : null;
  const first = offset >> 3;
  const length = ((offset + bits + 7) >> 3) - first;
  const packet = packetBytes(skb);
  const at = placeInPacket(skb, packet, base, first, length, true);
  if (at === null) return "break";
  const { bytes } = packet;
  writeBits(bytes, at, length, (first + length) * 8 - offset - bits, bits, value);
  const written = decodePacket(bytes);
  if (written !== null) take(skb, checksum ? { ...written, l4Checksum: skb.base.l4Checksum } : written);
  return null;
}

function writeBits(bytes: Uint8Array, at: number, length: number, behind: number, bits: number, value: Datum): void {
  const mask = ((1n << BigInt(bits)) - 1n) << BigInt(behind);
  let whole = 0n;
  for (let i = 0; i < length; i++) whole = (whole << 8n) | BigInt(bytes[at + i] ?? 0);
  whole = (whole & ~mask) | ((BigInt(value) << BigInt(behind)) & mask);
  for (let i = length - 1; i >= 0; i--) {
    bytes[at + i] = Number(whole & 0xffn);
    whole >>= 8n;
  }
}

function take(skb: Skb, packet: Packet): void {
  skb.base = packet;
  const { src, dst, sport, dport, icmpId, ttl, tos } = packet;
  Object.assign(skb, { src, dst, sport, dport, icmpId, ttl, tos });
}

const MSS = 2;

/** nft_exthdr_tcp_set_eval: an option that is not there stays away, and an MSS is never put up. */
export function writeTcpOption(skb: Skb, target: Target & { kind: "tcp-option" }, value: number): "break" | null {
  const { base } = skb;
  if (base.proto !== PROTO.tcp || base.tcpFlags === null || isLaterFragment(skb)) return "break";
  const found = tcpOptions(base.tcpOptions).find(({ kind }) => kind === target.option);
  if (found === undefined) return null;
  const at = found.at + (target.offset >> 3);
  const length = target.bits >> 3;
  if (at + length > found.at + found.length || found.at + found.length > base.tcpOptions.length) return "break";
  const options = Uint8Array.from(base.tcpOptions);
  const old = options.subarray(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  if (target.option === MSS && old <= value) return null;
  for (let i = 0; i < length; i++) options[at + i] = (value >>> (8 * (length - 1 - i))) & 0xff;
  skb.base = { ...base, tcpOptions: options };
  return null;
}
