import { printAddress } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { printProtocol } from "../base/protocols.ts";
import type { Packet } from "../program/packet.ts";

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"] as const;

/** `SYN,ACK`; `none` for no flag at all. */
export function printTcpFlags(byte: number): string {
  const set = FLAGS.filter((_, bit) => (byte & (1 << bit)) !== 0);
  return set.length === 0 ? "none" : set.join(",");
}

/** `10.0.0.1:80`, `[fd00::1]:80`, or the address alone where there is no port. */
export function printEnd(address: Address, port: number | null): string {
  const text = printAddress(address);
  if (port === null) return text;
  return typeof address === "bigint" ? `[${text}]:${String(port)}` : `${text}:${String(port)}`;
}

/** `tcp 10.0.0.1:40000 → 10.0.0.2:80`: who talks to whom. */
function printPacketEnds(packet: Packet): string {
  return `${printProtocol(packet.proto)} ${printEnd(packet.src, packet.sport)} → ${printEnd(packet.dst, packet.dport)}`;
}

/** The same with what tells this packet from others of its flow: flags, ICMP type, fragment. */
export function printPacket(packet: Packet): string {
  const parts = [printPacketEnds(packet)];
  if (packet.tcpFlags !== null) parts.push(printTcpFlags(packet.tcpFlags));
  if (packet.icmpType !== null) parts.push(`type ${String(packet.icmpType)}/${String(packet.icmpCode ?? 0)}`);
  if (packet.fragment !== null) parts.push(`fragment ${String(packet.fragment.offset * 8)}`);
  return parts.join(", ");
}
