import { crc32c, foldChecksum, pseudoSum, wordSum } from "./checksum.ts";
import type { Packet } from "./packet.ts";
import { hasIcmpId, PROTO } from "./protocol.ts";

/** The fields of a packet that its transport header holds. */
type TransportFields = Pick<Packet, "sport" | "dport" | "tcpFlags" | "icmpType" | "icmpCode" | "icmpId" | "tcpOptions">;

/** One transport protocol: how long its header is, how it is written and read, and where its checksum stands. */
interface Transport {
  /** Of the packet to write. */
  headerLength(packet: Packet): number;
  /** Writes everything but the checksum into zeroed bytes. */
  write(view: DataView, packet: Packet): void;
  /** Header length as the bytes say it; they may be shorter. */
  readLength(view: DataView): number;
  readonly checksum: { readonly at: number; readonly kind: "pseudo" | "plain" | "crc32c" };
}

/** A fixed conversation, so that handshakes and replies fit conntrack's window: SYN and its answer are number 1000, all else 1001. */
const FIRST_SEQUENCE = 1000;
const SYN = 2;
const ACK = 16;
const WINDOW = 0xffff;

function fixed(length: number, at: number, kind: Transport["checksum"]["kind"], write: Transport["write"]): Transport {
  return { headerLength: () => length, readLength: () => length, checksum: { at, kind }, write };
}

function writePorts(view: DataView, packet: Packet): void {
  view.setUint16(0, packet.sport ?? 0);
  view.setUint16(2, packet.dport ?? 0);
}

const tcp: Transport = {
  headerLength: (packet) => 20 + packet.tcpOptions.length,
  readLength: (view) => (view.byteLength > 12 ? Math.max(20, (view.getUint8(12) >> 4) * 4) : 20),
  checksum: { at: 16, kind: "pseudo" },
  write(view, packet) {
    const flags = packet.tcpFlags ?? 0;
    writePorts(view, packet);
    view.setUint32(4, flags & SYN ? FIRST_SEQUENCE : FIRST_SEQUENCE + 1);
    view.setUint32(8, flags & ACK ? FIRST_SEQUENCE + 1 : 0);
    view.setUint8(12, ((20 + packet.tcpOptions.length) >> 2) << 4);
    view.setUint8(13, flags);
    view.setUint16(14, WINDOW);
    for (const [at, byte] of packet.tcpOptions.entries()) view.setUint8(20 + at, byte);
  },
};

const udp = fixed(8, 6, "pseudo", (view, packet) => {
  writePorts(view, packet);
  view.setUint16(4, 8 + packet.payload.length);
});

/** Checksum coverage 0: the whole packet (RFC 3828). */
const udplite = fixed(8, 6, "pseudo", writePorts);

const SCTP_INIT = 1;

/** The verification tag must be 0 in front of an INIT chunk (RFC 9260 8.5.1); any other number does elsewhere. */
const sctp = fixed(12, 8, "crc32c", (view, packet) => {
  writePorts(view, packet);
  view.setUint32(4, packet.payload[0] === SCTP_INIT ? 0 : 1);
});

/** A REQUEST with extended sequence number and service code (RFC 4340 5.1, 5.2). */
const dccp = fixed(20, 6, "pseudo", (view, packet) => {
  writePorts(view, packet);
  view.setUint8(4, 5);
  view.setUint8(8, 1);
  view.setUint8(15, 1);
});

function writeIcmp(view: DataView, packet: Packet): void {
  view.setUint8(0, packet.icmpType ?? 0);
  view.setUint8(1, packet.icmpCode ?? 0);
  if (packet.icmpId === null) return;
  view.setUint16(4, packet.icmpId);
  view.setUint16(6, 1);
}

const TRANSPORTS: ReadonlyMap<number, Transport> = new Map([
  [PROTO.tcp, tcp],
  [PROTO.udp, udp],
  [PROTO.udplite, udplite],
  [PROTO.sctp, sctp],
  [PROTO.dccp, dccp],
  [PROTO.icmp, fixed(8, 2, "plain", writeIcmp)],
  [PROTO.icmp6, fixed(8, 2, "pseudo", writeIcmp)],
]);

/** Header and payload of the packet's protocol, checksum included; the payload alone for later fragments and other protocols. */
export function encodeTransport(packet: Packet): Uint8Array {
  const transport = TRANSPORTS.get(packet.proto);
  if (transport === undefined || (packet.fragment !== null && packet.fragment.offset > 0)) return packet.payload;
  const header = transport.headerLength(packet);
  const { rest } = packet.fragment ?? {};
  if (rest !== undefined) {
    const whole = { ...packet, payload: joinBytes([packet.payload, rest]), fragment: null };
    return encodeTransport(whole).subarray(0, header + packet.payload.length);
  }
  const bytes = new Uint8Array(header + packet.payload.length);
  const view = new DataView(bytes.buffer);
  transport.write(view, packet);
  bytes.set(packet.payload, header);
  writeChecksum(view, bytes, packet, transport.checksum);
  return bytes;
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes of the transport header alone; 0 for protocols without one, and in later fragments. */
export function transportHeaderLength(packet: Packet): number {
  if (packet.fragment !== null && packet.fragment.offset > 0) return 0;
  return TRANSPORTS.get(packet.proto)?.headerLength(packet) ?? 0;
}

/** Bytes behind the IP headers, as far as the packet is there. */
export function transportLength(packet: Packet): number {
  const { payload, truncateL4 } = packet;
  return Math.min(transportHeaderLength(packet) + payload.length, truncateL4 ?? Number.POSITIVE_INFINITY);
}

function writeChecksum(view: DataView, bytes: Uint8Array, packet: Packet, { at, kind }: Transport["checksum"]): void {
  const isUdp = packet.proto === PROTO.udp;
  if (packet.l4Checksum === "none" && isUdp) return;
  const spoil = packet.l4Checksum === "bad" ? 0x5555 : 0;
  if (kind === "crc32c") {
    view.setUint32(at, crc32c(bytes, at) ^ spoil, true);
    return;
  }
  const right = foldChecksum(
    wordSum(bytes, kind === "pseudo" ? pseudoSum(packet.src, packet.dst, packet.proto, bytes.length) : 0),
  );
  // A computed 0 goes out as 0xffff, since 0 says "no checksum" (RFC 768).
  view.setUint16(at, (right ^ spoil) === 0 && isUdp ? 0xffff : right ^ spoil);
}

/** What the bytes after the IP headers say. */
export interface DecodedTransport extends TransportFields {
  readonly payload: Uint8Array;
  readonly truncateL4: number | null;
  readonly l4Checksum: Packet["l4Checksum"];
}

/** Of a packet without a transport header that is looked at. */
export const NO_TRANSPORT: TransportFields = {
  sport: null,
  dport: null,
  tcpFlags: null,
  icmpType: null,
  icmpCode: null,
  icmpId: null,
  tcpOptions: new Uint8Array(0),
};

/** Where the bytes come from: what the pseudo header needs, and whether they are part of a fragment. */
export type TransportContext = Pick<Packet, "src" | "dst" | "proto" | "fragment">;

/** Reads a transport header. A field beyond the end of a truncated packet is null. */
export function decodeTransport(bytes: Uint8Array, context: TransportContext): DecodedTransport {
  const transport = TRANSPORTS.get(context.proto);
  if (transport === undefined || (context.fragment !== null && context.fragment.offset > 0)) {
    return { ...NO_TRANSPORT, payload: bytes, truncateL4: null, l4Checksum: "good" };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = transport.readLength(view);
  const truncated = bytes.length < header;
  return {
    ...readFields(view, context.proto, header),
    payload: bytes.subarray(header),
    truncateL4: truncated ? bytes.length : null,
    l4Checksum:
      truncated || context.fragment !== null ? "good" : readChecksum(view, bytes, context, transport.checksum),
  };
}

function readFields(view: DataView, proto: number, header: number): TransportFields {
  const byte = (at: number): number | null => (at < view.byteLength ? view.getUint8(at) : null);
  const word = (at: number): number | null => (at + 1 < view.byteLength ? view.getUint16(at) : null);
  if (proto === PROTO.icmp || proto === PROTO.icmp6) {
    const icmpType = byte(0);
    const icmpId = icmpType !== null && hasIcmpId(proto, icmpType) ? word(4) : null;
    return { ...NO_TRANSPORT, icmpType, icmpCode: byte(1), icmpId };
  }
  const ports = { ...NO_TRANSPORT, sport: word(0), dport: word(2) };
  if (proto !== PROTO.tcp) return ports;
  const tcpOptions = new Uint8Array(header - 20);
  for (let at = 20; at < Math.min(header, view.byteLength); at++) tcpOptions[at - 20] = view.getUint8(at);
  return { ...ports, tcpFlags: byte(13), tcpOptions };
}

function readChecksum(
  view: DataView,
  bytes: Uint8Array,
  context: TransportContext,
  { at, kind }: Transport["checksum"],
): Packet["l4Checksum"] {
  if (kind === "crc32c") return view.getUint32(at, true) === crc32c(bytes, at) ? "good" : "bad";
  if (context.proto === PROTO.udp && view.getUint16(at) === 0) return "none";
  const start = kind === "pseudo" ? pseudoSum(context.src, context.dst, context.proto, bytes.length) : 0;
  return foldChecksum(wordSum(bytes, start)) === 0 ? "good" : "bad";
}
