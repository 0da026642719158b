import { LINK_TYPES } from "../program/link-type.ts";
import type { NumberField, Test } from "../program/test.ts";
import { encodePacket, packetLength } from "../program/packet-bytes.ts";
import { PROTO } from "../program/protocol.ts";
import { PKT_TYPE } from "../program/packet.ts";
import { headerBytes } from "./header-bytes.ts";
import type { Run } from "./run.ts";
import type { Flow } from "./conntrack/flow.ts";
import type { Skb } from "./skb.ts";
import { packetOf } from "./skb.ts";
import { readPayload } from "./nft/payload.ts";
import { mssOption } from "./tcp-options.ts";

/** What a field reads as: null where the packet has none, a text where the snapshot cannot say (the text says why). */
export type FieldValue = number | null | string;

/** One reader per field. */
const READERS: Readonly<Record<NumberField, (skb: Skb, run: Run) => FieldValue>> = {
  proto: (skb) => skb.base.proto,
  l4Proto: ({ base }) => (base.extensionHeaders.some(({ type }) => type === PROTO.ah) ? PROTO.ah : base.proto),
  sport: (skb) => transport(skb, skb.sport),
  dport: (skb) => transport(skb, skb.dport),
  tcpFlags: (skb) => transport(skb, skb.base.tcpFlags),
  payloadSport: (skb) => (isWhole(skb) && skb.sport !== null ? skb.sport : transportNumber(skb, 0, 16)),
  payloadDport: (skb) => (isWhole(skb) && skb.dport !== null ? skb.dport : transportNumber(skb, 16, 16)),
  payloadTcpFlags: (skb) => (isWhole(skb) ? skb.base.tcpFlags : transportNumber(skb, 104, 8)),
  icmpType: (skb) => transport(skb, skb.base.icmpType),
  icmpCode: (skb) => transport(skb, skb.base.icmpCode),
  ttl: (skb) => skb.ttl,
  tos: (skb) => skb.tos,
  length: (skb) => packetLength(skb.base),
  mark: (skb) => skb.markUnknown ?? skb.mark,
  ctmark: (skb) => skb.ct?.flow.mark ?? null,
  pktType: (skb) => PKT_TYPE[skb.pktType],
  ahSpi: (skb) => extensionWord(skb, PROTO.ah, 2) ?? (skb.base.proto === PROTO.ah ? headerBytes(skb, 4, 4) : null),
  espSpi: (skb) => (skb.base.proto === PROTO.esp ? headerBytes(skb, 0, 4) : null),
  ipcompCpi: (skb) => (skb.base.proto === 108 ? headerBytes(skb, 2, 2) : null),
  tcpMss: (skb) => mssOption(skb.base.tcpOptions)?.mss ?? null,
  sctpChunk: (skb) => (skb.base.proto === PROTO.sctp ? (skb.base.payload[0] ?? null) : null),
  dccpType: (skb) => (skb.base.proto === PROTO.dccp ? dccpType(skb) : null),
  rtType: (skb) => extensionByte(skb, PROTO.routing, 0),
  mhType: (skb) => (skb.base.proto === PROTO.mobility ? headerBytes(skb, 2, 1) : null),
  realm: (skb) => realmOf(skb),
  devgroupIn: (skb, run) => groupOf(run, skb.iif),
  devgroupOut: (skb, run) => groupOf(run, skb.oif),
  cgroup: () => "cgroup",
  skPriority: () => "priority",
  linkTypeIn: (skb, run) => linkTypeOf(run, skb.iif),
  linkTypeOut: (skb, run) => linkTypeOf(run, skb.oif),
  skUid: ({ socket }) => (socket === null ? null : (socket.uid ?? "the socket's owner is not given")),
  skGid: ({ socket }) => (socket === null ? null : (socket.gid ?? "the socket's owner is not given")),
  classid: (skb) => (skb.route === null ? null : realmOf(skb)),
  ctState: ({ ct, untracked }) => (ct === null ? (untracked ? CT_BITS.untracked : CT_BITS.invalid) : CT_BITS[ct.state]),
  ctStatus: ({ ct }) => (ct === null ? null : statusBits(ct.flow)),
  ctDirection: ({ ct }) => (ct === null ? null : Number(ct.direction === "reply")),
  ctProtocol: ({ ct }) => ct?.flow.original.proto ?? null,
  ctFamily: ({ ct }) => (ct === null ? null : typeof ct.flow.original.src === "number" ? 2 : 10),
};

/** NF_CT_STATE_BIT, include/uapi/linux/netfilter/nf_conntrack_common.h. */
const CT_BITS = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;

/** enum ip_conntrack_status. */
function statusBits(flow: Flow): number {
  const bits: readonly (readonly [boolean, number])[] = [
    [flow.seenReply, 2],
    [flow.assured, 4],
    [flow.confirmed, 8],
    [flow.snat, 0x10],
    [flow.dnat, 0x20],
    [flow.snatDone, 0x80],
    [flow.dnatDone, 0x100],
    [flow.dying, 0x200],
  ];
  return bits.reduce((sum, [isSet, bit]) => (isSet ? sum | bit : sum), 0);
}

export function readField(field: NumberField, skb: Skb, run: Run): FieldValue {
  return READERS[field](skb, run);
}

/** A transport field: not there in a later fragment. */
function transport(skb: Skb, value: number | null): number | null {
  return isLaterFragment(skb) ? null : value;
}

/** Bits where the transport header would be. */
function transportNumber(skb: Skb, offset: number, bits: number): number | null {
  const read = readPayload(skb, "th", offset, bits);
  return read === null ? null : Number(read);
}

/** Has the packet its whole transport header? */
function isWhole({ base }: Skb): boolean {
  return base.fragment === null && base.truncateL4 === null;
}

export function isLaterFragment(skb: Skb): boolean {
  return skb.base.fragment !== null && skb.base.fragment.offset > 0;
}

function dccpType(skb: Skb): number | null {
  const byte = headerBytes(skb, 8, 1);
  return byte === null ? null : (byte >> 1) & 0xf;
}

function extensionByte(skb: Skb, type: number, at: number): number | null {
  const header = skb.base.extensionHeaders.find((h) => h.type === type);
  return header?.body[at] ?? null;
}

function extensionWord(skb: Skb, type: number, at: number): number | null {
  const header = skb.base.extensionHeaders.find((h) => h.type === type);
  if (header === undefined || header.body.length < at + 4) return null;
  return new DataView(header.body.buffer, header.body.byteOffset).getUint32(at);
}

/** `realms` of the route (dst->tclassid). */
function realmOf(skb: Skb): FieldValue {
  const realms = skb.route?.route?.extras.find(([name]) => name === "realm" || name === "realms")?.[1] ?? null;
  if (realms === null) return 0;
  return /^\d+$/.test(realms) ? Number(realms) : "realm";
}

function groupOf(run: Run, dev: string | null): FieldValue {
  const group = dev === null ? null : (run.program.links.get(dev)?.group ?? null);
  if (group === null || group === "default") return dev === null ? null : 0;
  return /^\d+$/.test(group) ? Number(group) : "device group";
}

function linkTypeOf({ program }: Run, dev: string | null): FieldValue {
  if (dev === null) return null;
  return LINK_TYPES.get(program.links.get(dev)?.type ?? (dev === "lo" ? "loopback" : "")) ?? "link type";
}

/** The packet's bytes from the IP header on, as they are now. */
export function bytesOf(skb: Skb): Uint8Array {
  return encodePacket(packetOf(skb));
}

/** A number in the first extension header of a type; null: no such header, or it ends before. */
export function extensionField(skb: Skb, test: Test & { kind: "extension-field" }): number | null {
  const bytes = bytesOf(skb);
  if (skb.family !== "ip6") return null;
  let type = bytes[6] ?? 0;
  for (let at = V6_HEADER; at + 2 <= bytes.length;) {
    if (type === test.type) return readNumber(bytes, at + test.offset, test.bytes);
    if (!EXTENSION_TYPES.has(type)) return null;
    const length =
      type === PROTO.fragment ? 8 : type === PROTO.ah ? ((bytes[at + 1] ?? 0) + 2) * 4 : ((bytes[at + 1] ?? 0) + 1) * 8;
    type = bytes[at] ?? 0;
    at += length;
  }
  return null;
}

const V6_HEADER = 40;
const EXTENSION_TYPES: ReadonlySet<number> = new Set([
  PROTO.hopByHop,
  PROTO.routing,
  PROTO.fragment,
  PROTO.ah,
  PROTO.destinationOptions,
]);

function readNumber(bytes: Uint8Array, at: number, length: number): number | null {
  if (at + length > bytes.length) return null;
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
