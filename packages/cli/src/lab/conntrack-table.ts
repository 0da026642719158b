import type { Address, ConntrackEntry, Packet, Tuple } from "@hookwalk/engine";
import { addressBytes, hasPorts, PROTO, TCP_STATES } from "@hookwalk/engine";
import type { Libc } from "./native.ts";
import { AF } from "./native.ts";
import { attribute, nested, NetlinkSocket, nfgenmsg, NLM_F, readAttributes } from "./netlink.ts";

const SUBSYSTEM = 1 << 8;
const MESSAGE = { new: SUBSYSTEM, get: SUBSYSTEM | 1, delete: SUBSYSTEM | 2 } as const;
const NLM_F_CREATE = 0x400;
const ENOENT = 2;
/** A tuple that no flow can have: an ICMP error is looked up by the flow that it is about. */
const EINVAL = 22;
/** An entry that is there twice, a protocol that this kernel does not track, a tuple that no flow can have. */
const REFUSALS: readonly number[] = [ENOENT, 17, EINVAL, 93, 95];

/** Attributes of include/uapi/linux/netfilter/nfnetlink_conntrack.h. */
const CTA = {
  original: 1,
  reply: 2,
  status: 3,
  protoinfo: 4,
  natSrc: 6,
  timeout: 7,
  mark: 8,
  id: 12,
  natDst: 13,
  zone: 18,
} as const;
const TUPLE = { ip: 1, proto: 2 } as const;
const IP = { src4: 1, dst4: 2, src6: 3, dst6: 4 } as const;
const L4 = {
  number: 1,
  sport: 2,
  dport: 3,
  icmpId: 4,
  icmpType: 5,
  icmpCode: 6,
  icmp6Id: 7,
  icmp6Type: 8,
  icmp6Code: 9,
} as const;
const NAT = { min4: 1, max4: 2, proto: 3, min6: 4, max6: 5 } as const;
const STATUS = { seenReply: 2, assured: 4, confirmed: 8 } as const;

function be16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}

function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

type FlowEnds = Pick<Tuple, "src" | "dst" | "proto" | "sport" | "dport" | "icmpType" | "icmpCode">;

/** The conntrack entries of a namespace, without a process for each question. */
export class ConntrackTable {
  readonly #socket: NetlinkSocket;

  constructor(libc: Libc) {
    this.#socket = new NetlinkSocket(libc);
  }

  flush(): void {
    this.#socket.ask(MESSAGE.delete, 0, [nfgenmsg(0)], [ENOENT]);
  }

  /** The mark of the entry with this id to which the packet, as it was sent, belongs in either direction; 0 without one. */
  markOf(packet: Packet, id: number): number {
    const tuple = tupleAttribute(CTA.original, flowOf(packet));
    const found = this.#socket.ask(MESSAGE.get, 0, [nfgenmsg(familyNumber(packet.src)), tuple], [ENOENT, EINVAL]);
    const [answer] = found ?? [];
    if (answer !== undefined && readNumber(answer.body, CTA.id) === id) return readNumber(answer.body, CTA.mark);
    // Another zone, or an ICMP error about the flow: look at all of them.
    for (const { body } of this.#socket.ask(MESSAGE.get, NLM_F.dump, [nfgenmsg(familyNumber(packet.src))]) ?? []) {
      if (readNumber(body, CTA.id) === id) return readNumber(body, CTA.mark);
    }
    return 0;
  }

  /**
   * Makes an entry as a snapshot lists it. NAT is asked for by its two halves, from the plain reply: an entry created
   * with a reply tuple that is already translated has no NAT status and translates nothing. False where this kernel
   * cannot have such an entry.
   */
  add(entry: ConntrackEntry): boolean {
    const { original, reply } = entry;
    const inverse: FlowEnds = {
      ...original,
      src: original.dst,
      dst: original.src,
      sport: original.dport,
      dport: original.sport,
      ...icmpReply(original),
    };
    const dnat = reply.src !== inverse.src || reply.sport !== inverse.sport;
    const snat = reply.dst !== inverse.dst || reply.dport !== inverse.dport;
    const status = STATUS.confirmed | (entry.seenReply ? STATUS.seenReply : 0) | (entry.assured ? STATUS.assured : 0);
    const body = [
      nfgenmsg(familyNumber(original.src)),
      tupleAttribute(CTA.original, original),
      tupleAttribute(CTA.reply, inverse),
      ...(dnat ? [natAttribute(CTA.natDst, reply.src, hasPorts(original.proto) ? reply.sport : null)] : []),
      ...(snat ? [natAttribute(CTA.natSrc, reply.dst, hasPorts(original.proto) ? reply.dport : null)] : []),
      attribute(CTA.status, be32(status)),
      attribute(CTA.timeout, be32(entry.timeout ?? 600)),
      attribute(CTA.mark, be32(entry.mark)),
      ...(entry.zone === 0 ? [] : [attribute(CTA.zone, be16(entry.zone))]),
      ...tcpStateAttribute(entry.state),
    ];
    return this.#socket.ask(MESSAGE.new, NLM_F_CREATE, body, REFUSALS) !== null;
  }

  close(): void {
    this.#socket.close();
  }
}

function readNumber(body: Buffer, type: number): number {
  return readAttributes(body, 4).get(type)?.readUInt32BE() ?? 0;
}

function familyNumber(address: Address): number {
  return typeof address === "number" ? AF.inet : AF.inet6;
}

function flowOf(packet: Packet): FlowEnds {
  return {
    src: packet.src,
    dst: packet.dst,
    proto: packet.proto,
    sport: packet.icmpId ?? packet.sport ?? 0,
    dport: packet.dport ?? 0,
    icmpType: packet.icmpType,
    icmpCode: packet.icmpCode,
  };
}

/** Types that answer each other: invmap of nf_conntrack_proto_icmp.c and …_icmpv6.c. */
const ICMP_REPLIES: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
  [128, 129],
  [129, 128],
]);

function icmpReply(original: Tuple): Partial<FlowEnds> {
  if (original.icmpType === null) return {};
  return {
    icmpType: ICMP_REPLIES.get(original.icmpType) ?? original.icmpType,
    sport: original.sport,
    dport: original.dport,
  };
}

function tupleAttribute(type: number, flow: FlowEnds): Buffer {
  const v4 = typeof flow.src === "number";
  const ip = nested(
    TUPLE.ip,
    attribute(v4 ? IP.src4 : IP.src6, addressBytes(flow.src)),
    attribute(v4 ? IP.dst4 : IP.dst6, addressBytes(flow.dst)),
  );
  return nested(type, ip, nested(TUPLE.proto, attribute(L4.number, Buffer.of(flow.proto)), ...l4Attributes(flow)));
}

function l4Attributes({ proto, sport, dport, icmpType, icmpCode }: FlowEnds): readonly Buffer[] {
  if (hasPorts(proto)) return [attribute(L4.sport, be16(sport)), attribute(L4.dport, be16(dport))];
  const [id, type, code] =
    proto === PROTO.icmp6 ? [L4.icmp6Id, L4.icmp6Type, L4.icmp6Code] : [L4.icmpId, L4.icmpType, L4.icmpCode];
  if (proto !== PROTO.icmp && proto !== PROTO.icmp6) return [];
  return [
    attribute(id, be16(sport)),
    attribute(type, Buffer.of(icmpType ?? 0)),
    attribute(code, Buffer.of(icmpCode ?? 0)),
  ];
}

function natAttribute(type: number, address: Address, port: number | null): Buffer {
  const [min, max] = typeof address === "number" ? [NAT.min4, NAT.max4] : [NAT.min6, NAT.max6];
  const bytes = addressBytes(address);
  const ports = port === null ? [] : [nested(NAT.proto, attribute(1, be16(port)), attribute(2, be16(port)))];
  return nested(type, attribute(min, bytes), attribute(max, bytes), ...ports);
}

const PROTOINFO_TCP = 1;
const PROTOINFO_TCP_STATE = 1;

function tcpStateAttribute(state: string | null): readonly Buffer[] {
  const number = TCP_STATES.findIndex((known) => known === state);
  return number < 0
    ? []
    : [nested(CTA.protoinfo, nested(PROTOINFO_TCP, attribute(PROTOINFO_TCP_STATE, Buffer.of(number))))];
}
