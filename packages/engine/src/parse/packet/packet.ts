import type { Family } from "../../base/address.ts";
import { familyOf } from "../../base/address.ts";
import { parseProtocol } from "../../base/protocols.ts";
import { parseUnsigned } from "../../ext/xt/codecs.ts";
import { fragmentOf } from "../../program/fragment.ts";
import { encodeIpPayload, packetLength } from "../../program/packet-bytes.ts";
import type { Arrival, ExtensionHeader, Packet, PktType } from "../../program/packet.ts";
import { hasIcmpId, hasPorts, PROTO } from "../../program/protocol.ts";
import { NO_TRANSPORT } from "../../program/transport.ts";
import type { ByteRange, Endpoint, FieldReader, PacketFields, PacketProblem, Reader } from "./fields.ts";
import {
  byteRange,
  endpoint,
  flag,
  fragmentAt,
  hexBytes,
  mac,
  oneOf,
  readFields,
  tcpFlagByte,
  unsigned,
  word,
} from "./fields.ts";
import { icmpNames } from "./names.ts";

/** A packet and how it comes in. */
export interface Injection {
  readonly packet: Packet;
  readonly arrival: Arrival;
}

export interface ParsedPacket {
  /** Null where a problem leaves the packet undefined. */
  readonly value: Injection | null;
  readonly problems: readonly PacketProblem[];
}

const SYN = 2;
const DEFAULT_SPORT = 40_000;
const BYTE = unsigned(0xff);
const SHORT = unsigned(0xffff);
const WORD = unsigned(0xffff_ffff);
const NONE = new Uint8Array(0);

/** An INIT chunk: what opens an SCTP association, as a SYN opens a TCP connection. */
const SCTP_INIT = Uint8Array.of(1, 0, 0, 20, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1);

const protocol: Reader<number> = {
  expects: "a protocol name or number",
  read: (text) => (text === "icmp6" ? PROTO.icmp6 : (parseProtocol(text) ?? undefined)),
};

/**
 * The packet that the options of `hookwalk trace` describe. Defaults: tcp, source port 40000, SYN, TTL 64, echo-request,
 * addressed to the device that it enters by. `macOf` gives the MAC address of a device, to tell from `--dmac` whether
 * the packet is for this node; without it every unicast `--dmac` is.
 */
export function parsePacketOptions(
  fields: PacketFields,
  macOf: (device: string) => string | null = () => null,
): ParsedPacket {
  const from = readFields(fields);
  const arrival = readArrival(from, macOf);
  const packet = readPacket(from);
  const problems = from.finish();
  return { value: packet === null || problems.length > 0 ? null : { packet, arrival }, problems };
}

function readArrival(from: FieldReader, macOf: (device: string) => string | null): Arrival {
  const iif = from.take("iif", word, null);
  const local = from.take("local", flag, false);
  if (iif === null && !local) from.fail("iif", "say where the packet comes from: --iif DEVICE or --local");
  if (iif !== null && local) from.fail("local", "--iif and --local exclude each other");
  const dmac = from.take("dmac", mac, null);
  const known = iif === null ? null : macOf(iif);
  return {
    iif,
    physin: from.take("physin", word, null),
    mark: from.take("mark", WORD, 0),
    pktType: from.take("pkt-type", oneOf(["host", "broadcast", "multicast", "otherhost"]), pktTypeOf(dmac, known)),
    smac: from.take("smac", mac, null),
    uid: from.take("uid", WORD, null),
    gid: from.take("gid", WORD, null),
  };
}

/** eth_type_trans (net/ethernet/eth.c). */
function pktTypeOf(dmac: string | null, deviceMac: string | null): PktType {
  if (dmac === null) return "host";
  if (dmac === "ff:ff:ff:ff:ff:ff") return "broadcast";
  if (Number.parseInt(dmac.slice(0, 2), 16) & 1) return "multicast";
  return deviceMac === null || deviceMac === dmac ? "host" : "otherhost";
}

function readPacket(from: FieldReader): Packet | null {
  const src = from.take("src", endpoint, null);
  const dst = from.take("dst", endpoint, null);
  const family = commonFamily(from, src, dst);
  const given = from.take("proto", protocol, PROTO.tcp);
  const proto = given === PROTO.icmp && family === "ip6" ? PROTO.icmp6 : given;
  const fragment = from.take("frag", fragmentAt, null);
  const payload = from.take("payload", hexBytes, proto === PROTO.sctp ? SCTP_INIT : NONE);
  const hasHeader = fragment === null || fragment.offset === 0;
  const transport = readTransport(from, hasHeader ? proto : null, src, dst);
  const packet: Packet = {
    family: family ?? "ip",
    src: src?.address ?? 0,
    dst: dst?.address ?? 0,
    proto,
    ...transport,
    ...readHeader(from),
    payload,
    fragment,
  };
  const length = from.take("length", SHORT, null);
  const cut = from.take("cut", byteRange, null);
  return family === null ? null : cutTo(cut, padTo(length, packet, from), from);
}

/** `--cut` sends one fragment of the packet that the other options describe. */
function cutTo(range: ByteRange | null, packet: Packet, from: FieldReader): Packet {
  if (range === null) return packet;
  if (packet.fragment !== null) from.fail("cut", "--cut and --frag exclude each other");
  const length = encodeIpPayload(packet).length;
  const to = range.to ?? length;
  const isAll = range.from === 0 && to >= length;
  if (range.from < to && to <= length && !isAll) return fragmentOf(packet, range.from, to);
  from.fail("cut", `--cut must be a part of the ${String(length)} bytes behind the IP header`);
  return packet;
}

/** Null, with a word about it, where the two ends do not make a packet. */
function commonFamily(from: FieldReader, src: Endpoint | null, dst: Endpoint | null): Family | null {
  if (src === null && !from.has("src")) from.fail("src", "--src is missing");
  if (dst === null && !from.has("dst")) from.fail("dst", "--dst is missing");
  if (src === null || dst === null) return null;
  const family = familyOf(dst.address);
  if (familyOf(src.address) === family) return family;
  from.fail("dst", "--src and --dst are addresses of different families");
  return null;
}

type Header = "ttl" | "tos" | "id" | "dontFragment" | "l4Checksum" | "truncateL4" | "extensionHeaders" | "ipOptions";

/** What stands in the IP header, and how whole the packet is. */
function readHeader(from: FieldReader): Pick<Packet, Header> {
  const ipOptions = from.take("ip-options", paddedTo4, NONE);
  return {
    ttl: from.take("ttl", BYTE, 64),
    tos: from.take("tos", BYTE, 0),
    id: from.take("id", SHORT, 0),
    dontFragment: from.take("df", flag, false),
    l4Checksum: from.take("csum", oneOf(["good", "bad", "none"]), "good"),
    truncateL4: from.take("truncate", SHORT, null),
    extensionHeaders: from.take("ext-headers", extensionHeaders, []),
    ...(ipOptions.length > 0 ? { ipOptions } : {}),
  };
}

type Transport = Pick<Packet, "sport" | "dport" | "tcpFlags" | "icmpType" | "icmpCode" | "icmpId" | "tcpOptions">;

/** `proto` is null for a later fragment, which has no transport header: options about one are then unknown ones. */
function readTransport(from: FieldReader, proto: number | null, src: Endpoint | null, dst: Endpoint | null): Transport {
  if (proto === null) return NO_TRANSPORT;
  if (proto === PROTO.icmp || proto === PROTO.icmp6) return { ...NO_TRANSPORT, ...readIcmp(from, proto) };
  if (!hasPorts(proto)) return NO_TRANSPORT;
  const sport = from.take("sport", SHORT, src?.port ?? DEFAULT_SPORT);
  const dport = from.take("dport", SHORT, dst?.port ?? null);
  if (dport === null && !from.has("dport")) from.fail("dport", "--dport is missing");
  if (proto !== PROTO.tcp) return { ...NO_TRANSPORT, sport, dport };
  const tcpFlags = from.take("flags", tcpFlagByte, SYN);
  return { ...NO_TRANSPORT, sport, dport, tcpFlags, tcpOptions: from.take("tcp-options", paddedTo4, NONE) };
}

function readIcmp(from: FieldReader, proto: number): Pick<Packet, "icmpType" | "icmpCode" | "icmpId"> {
  const names = icmpNames(proto);
  const typeReader: Reader<readonly [number, number | null]> = {
    expects: "an ICMP type by name or number",
    read(text) {
      const number = parseUnsigned(text, 0xff);
      return number === undefined ? names.get(text) : [number, null];
    },
  };
  const [icmpType, code] = from.take("icmp-type", typeReader, [proto === PROTO.icmp ? 8 : 128, null]);
  const codeReader: Reader<number> = {
    expects: "an ICMP code by name or number",
    read: (text) => parseUnsigned(text, 0xff) ?? names.get(text)?.[1] ?? undefined,
  };
  const icmpCode = from.take("icmp-code", codeReader, code ?? 0);
  const id = from.take("icmp-id", SHORT, 1);
  return { icmpType, icmpCode, icmpId: hasIcmpId(proto, icmpType) ? id : null };
}

const paddedTo4: Reader<Uint8Array> = {
  expects: "up to 40 bytes in hex",
  read(text) {
    const bytes = hexBytes.read(text);
    if (bytes === undefined || bytes.length > 40) return undefined;
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    padded.set(bytes);
    return padded;
  },
};

const EXTENSION_HEADERS: ReadonlyMap<string, number> = new Map([
  ["hop-by-hop", PROTO.hopByHop],
  ["routing", PROTO.routing],
  ["dst-opts", PROTO.destinationOptions],
  ["ah", PROTO.ah],
]);

/** Zeros are padding in hop-by-hop and destination options, and a spent list in a routing header. */
const EMPTY_EXTENSION = new Uint8Array(6);
const EMPTY_AH = new Uint8Array(10);

const extensionHeaders: Reader<readonly ExtensionHeader[]> = {
  expects: `a list of ${[...EXTENSION_HEADERS.keys()].join(", ")}`,
  read(text) {
    const headers: ExtensionHeader[] = [];
    for (const name of text.split(",")) {
      const type = EXTENSION_HEADERS.get(name);
      if (type === undefined) return undefined;
      headers.push({ type, body: type === PROTO.ah ? EMPTY_AH : EMPTY_EXTENSION });
    }
    return headers;
  },
};

/** `--length` is the whole packet's, IP header included, as `-m length` counts it: zeros fill it up. */
function padTo(length: number | null, packet: Packet, from: FieldReader): Packet {
  const now = packetLength(packet);
  if (length === null || length === now) return packet;
  if (length < now) {
    from.fail("length", `--length is less than the ${String(now)} bytes that the packet's headers and payload take`);
    return packet;
  }
  const payload = new Uint8Array(packet.payload.length + length - now);
  payload.set(packet.payload);
  return { ...packet, payload };
}
