import { addressBytes, addressOfBytes, foldChecksum, wordSum } from "./checksum.ts";
import type { ExtensionHeader, Packet } from "./packet.ts";
import { PROTO } from "./protocol.ts";
import { decodeTransport, encodeTransport, transportLength } from "./transport.ts";

const V4_HEADER = 20;
const V6_HEADER = 40;
const FRAGMENT_HEADER = 8;
const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;

/** The packet as it lies on the wire, from the IP header on. The IP header's own checksum is always right. */
export function encodePacket(packet: Packet): Uint8Array {
  const body = encodeIpPayload(packet);
  return packet.family === "ip" ? encodeV4(packet, body) : encodeV6(packet, body);
}

/** Bytes of the whole packet as far as it is there, counted without writing it: what `-m length` and the MTU are compared with. */
export function packetLength(packet: Packet): number {
  const body = transportLength(packet);
  if (packet.family === "ip") return V4_HEADER + (packet.ipOptions?.length ?? 0) + body;
  let headers = packet.fragment === null ? V6_HEADER : V6_HEADER + FRAGMENT_HEADER;
  for (const header of packet.extensionHeaders) headers += encodedExtensionLength(header);
  return headers + body;
}

/** What stands behind the IP headers, as far as the packet is there. */
export function encodeIpPayload(packet: Packet): Uint8Array {
  const whole = encodeTransport(packet);
  return packet.truncateL4 === null ? whole : whole.subarray(0, packet.truncateL4);
}

function encodeV4(packet: Packet, body: Uint8Array): Uint8Array {
  const options = packet.ipOptions ?? new Uint8Array(0);
  const header = V4_HEADER + options.length;
  const bytes = new Uint8Array(header + body.length);
  const view = new DataView(bytes.buffer);
  const { fragment } = packet;
  view.setUint8(0, 0x40 | (header >> 2));
  view.setUint8(1, packet.tos);
  view.setUint16(2, bytes.length);
  view.setUint16(4, packet.id);
  view.setUint16(
    6,
    (packet.dontFragment ? DONT_FRAGMENT : 0) | (fragment?.more ? MORE_FRAGMENTS : 0) | (fragment?.offset ?? 0),
  );
  view.setUint8(8, packet.ttl);
  view.setUint8(9, packet.proto);
  bytes.set(addressBytes(packet.src), 12);
  bytes.set(addressBytes(packet.dst), 16);
  bytes.set(options, V4_HEADER);
  view.setUint16(10, foldChecksum(wordSum(bytes.subarray(0, header))));
  bytes.set(body, header);
  return bytes;
}

function encodeV6(packet: Packet, body: Uint8Array): Uint8Array {
  const headers =
    packet.fragment === null ? packet.extensionHeaders : [...packet.extensionHeaders, fragmentHeader(packet)];
  const parts = headers.map((header, at) => encodeExtension(header, headers[at + 1]?.type ?? packet.proto));
  const length = parts.reduce((sum, part) => sum + part.length, body.length);
  const bytes = new Uint8Array(V6_HEADER + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x6000_0000 | (packet.tos << 20));
  view.setUint16(4, length);
  view.setUint8(6, headers[0]?.type ?? packet.proto);
  view.setUint8(7, packet.ttl);
  bytes.set(addressBytes(packet.src), 8);
  bytes.set(addressBytes(packet.dst), 24);
  let at = V6_HEADER;
  for (const part of [...parts, body]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** RFC 8200 4.5: the offset, the more flag and the id; its length byte is reserved. */
function fragmentHeader({ fragment, id }: Packet): ExtensionHeader {
  const body = new Uint8Array(6);
  const view = new DataView(body.buffer);
  view.setUint16(0, ((fragment?.offset ?? 0) << 3) | (fragment?.more ? 1 : 0));
  view.setUint32(2, id);
  return { type: PROTO.fragment, body };
}

function encodeExtension({ type, body }: ExtensionHeader, next: number): Uint8Array {
  const bytes = new Uint8Array(encodedExtensionLength({ type, body }));
  bytes[0] = next;
  if (type !== PROTO.fragment) bytes[1] = type === PROTO.ah ? bytes.length / 4 - 2 : bytes.length / 8 - 1;
  bytes.set(body, 2);
  return bytes;
}

function encodedExtensionLength({ type, body }: ExtensionHeader): number {
  const unit = type === PROTO.ah ? 4 : 8;
  return Math.ceil((2 + body.length) / unit) * unit;
}

/**
 * Reads a packet from its IP header on; null where not even the IP header is whole. What follows the length that the IP
 * header states is ignored. Words that no rule looks at (sequence numbers, the second word of an ICMP error) are not kept.
 */
export function decodePacket(bytes: Uint8Array): Packet | null {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return decodeV4(bytes);
  return version === 6 ? decodeV6(bytes) : null;
}

function decodeV4(bytes: Uint8Array): Packet | null {
  if (bytes.length < V4_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = (view.getUint8(0) & 15) * 4;
  const end = Math.min(view.getUint16(2), bytes.length);
  if (header < V4_HEADER || end < header) return null;
  const flags = view.getUint16(6);
  const fragment = flags & 0x3fff ? { offset: flags & 0x1fff, more: (flags & MORE_FRAGMENTS) !== 0 } : null;
  const context = {
    src: addressOfBytes(bytes.subarray(12, 16)),
    dst: addressOfBytes(bytes.subarray(16, 20)),
    proto: view.getUint8(9),
    fragment,
  };
  return {
    family: "ip",
    ...context,
    ttl: view.getUint8(8),
    tos: view.getUint8(1),
    id: view.getUint16(4),
    dontFragment: (flags & DONT_FRAGMENT) !== 0,
    extensionHeaders: [],
    ...(header > V4_HEADER ? { ipOptions: bytes.slice(V4_HEADER, header) } : {}),
    ...decodeTransport(bytes.subarray(header, end), context),
  };
}

function decodeV6(bytes: Uint8Array): Packet | null {
  if (bytes.length < V6_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = Math.min(V6_HEADER + view.getUint16(4), bytes.length);
  const { proto, at, extensionHeaders, fragment, id } = decodeExtensions(bytes.subarray(0, end), view.getUint8(6));
  const context = {
    src: addressOfBytes(bytes.subarray(8, 24)),
    dst: addressOfBytes(bytes.subarray(24, 40)),
    proto,
    fragment,
  };
  return {
    family: "ip6",
    ...context,
    ttl: view.getUint8(7),
    tos: (view.getUint16(0) >> 4) & 0xff,
    id,
    dontFragment: false,
    extensionHeaders,
    ...decodeTransport(bytes.subarray(at, end), context),
  };
}

interface Extensions {
  readonly proto: number;
  /** Where the last header starts. */
  readonly at: number;
  readonly extensionHeaders: readonly ExtensionHeader[];
  readonly fragment: Packet["fragment"];
  readonly id: number;
}

const CHAINED: ReadonlySet<number> = new Set([
  PROTO.hopByHop,
  PROTO.routing,
  PROTO.fragment,
  PROTO.ah,
  PROTO.destinationOptions,
]);

/** Follows the chain as ipv6_skip_exthdr (net/ipv6/exthdrs_core.c) does; a header that is cut short counts as the last one. */
function decodeExtensions(bytes: Uint8Array, first: number): Extensions {
  const extensionHeaders: ExtensionHeader[] = [];
  let fragment: Packet["fragment"] = null;
  let id = 0;
  let proto = first;
  let at = V6_HEADER;
  while (CHAINED.has(proto) && at + 8 <= bytes.length) {
    const end = at + extensionLength(proto, bytes[at + 1] ?? 0);
    if (end > bytes.length) break;
    if (proto === PROTO.fragment) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
      fragment = { offset: view.getUint16(2) >> 3, more: (view.getUint16(2) & 1) !== 0 };
      id = view.getUint32(4);
    } else extensionHeaders.push({ type: proto, body: bytes.slice(at + 2, end) });
    proto = bytes[at] ?? 0;
    at = end;
    if (fragment !== null && fragment.offset > 0) break;
  }
  return { proto, at, extensionHeaders, fragment, id };
}

function extensionLength(type: number, length: number): number {
  if (type === PROTO.fragment) return FRAGMENT_HEADER;
  return type === PROTO.ah ? (length + 2) * 4 : (length + 1) * 8;
}
