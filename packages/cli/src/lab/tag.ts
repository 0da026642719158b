import type { Packet } from "@hookwalk/engine";
import { encodePacket } from "@hookwalk/engine";

const FLOW_LABEL = 0xb1d7e;
/** A raw socket would fill in an id of 0 itself. */
const SPARE_ID = 1;

/** A packet that can be recognised wherever it turns up. */
export interface TaggedPacket {
  readonly bytes: Uint8Array;
  /** Is this the same packet, from its IP header on? */
  isOurs(packet: Buffer): boolean;
}

/** Encodes a packet with a tag that NAT does not change: an IPv4 id other than 0, or a flow label. */
export function tagPacket(packet: Packet): TaggedPacket {
  if (packet.family === "ip") {
    const id = packet.id === 0 ? SPARE_ID : packet.id;
    return {
      bytes: encodePacket({ ...packet, id }),
      isOurs: (other) => versionOf(other) === 4 && other.readUInt16BE(4) === id,
    };
  }
  const bytes = Buffer.from(encodePacket(packet));
  bytes.writeUInt32BE(bytes.readUInt32BE(0) | FLOW_LABEL);
  return { bytes, isOurs: (other) => versionOf(other) === 6 && (other.readUInt32BE(0) & 0xf_ffff) === FLOW_LABEL };
}

/** Of whole headers only. */
function versionOf(packet: Buffer): number {
  return packet.length < 20 ? 0 : packet.readUInt8(0) >> 4;
}
