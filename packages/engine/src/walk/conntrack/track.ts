import type { Tuple } from "../../model/host.ts";
import { decodePacket } from "../../program/packet-bytes.ts";
import type { Packet } from "../../program/packet.ts";
import { scopeOf } from "../../program/source-address.ts";
import { hasTrackedPorts, isIcmpError, NDISC_REDIRECT, PROTO } from "../../program/protocol.ts";
import type { CtReference, Skb } from "../skb.ts";
import { invertTuple, newFlow } from "./flow.ts";
import type { FlowDirection } from "./direction.ts";
import type { Flow } from "./flow.ts";
import { sctpEstablishes, sctpMalformed, sctpMayOpen } from "./sctp.ts";
import type { ConntrackTable } from "./table.ts";
import { tcpFlagsValid, tcpStep } from "./tcp.ts";
import { trackTcp } from "./tcp-packet.ts";

/** What conntrack makes of a packet; null: INVALID. */
export type Tracked = CtReference | "untracked" | null;

export interface TrackSettings {
  /** nf_conntrack_tcp_loose: pick up connections in the middle. */
  readonly loose: boolean;
  /** nf_conntrack_checksum: only at PREROUTING. */
  readonly checksum: boolean;
}

/** ICMP messages that may open a flow: `valid_new` of nf_conntrack_proto_icmp.c and …_icmpv6.c. */
const ICMP_NEW: ReadonlySet<number> = new Set([8, 13, 15, 17]);
const ICMP6_NEW: ReadonlySet<number> = new Set([128, 139]);
/** Neighbour discovery, MLD and multicast router discovery are never tracked (nf_conntrack_proto_icmpv6.c, `noct_valid_new`). */
const ICMP6_UNTRACKED: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143, 151, 152]);

/** nf_conntrack_in (net/netfilter/nf_conntrack_core.c). The table is not changed; flows that are found come as copies. */
export function track(skb: Skb, table: ConntrackTable, settings: TrackSettings): Tracked {
  const { base } = skb;
  if ((base.fragment?.offset ?? 0) > 0) return null;
  if (base.truncateL4 !== null && base.truncateL4 < headerNeeded(base)) return null;
  if (base.proto === PROTO.icmp || base.proto === PROTO.icmp6) {
    const related = trackIcmp(skb, table, settings);
    if (related !== "query") return related;
  }
  if (settings.checksum && looksBad(base)) return null;
  if (isMalformed(base)) return null;
  const tuple = tupleOf(skb);
  const found = table.find(tuple, skb.zone);
  return found === null ? open(skb, tuple, settings) : carryOn(skb, { ...found.flow }, found.direction, settings);
}

/**
 * Does the checksum look wrong to conntrack? That of UDP-Lite always does: udplite_error computes it with the protocol number
 * of UDP (net/netfilter/nf_conntrack_proto_udp.c). That of DCCP nobody looks at.
 */
function looksBad({ proto, l4Checksum, fragment }: Packet): boolean {
  // A fragment that was not put together holds the checksum of more than is there.
  if (fragment?.rest !== undefined && l4Checksum !== "none") return true;
  return proto === PROTO.udplite || (l4Checksum === "bad" && proto !== PROTO.dccp);
}

/** What no sender of the protocol sends. */
function isMalformed({ proto, tcpFlags, payload }: Packet): boolean {
  if (proto === PROTO.tcp) return !tcpFlagsValid(tcpFlags ?? 0);
  return proto === PROTO.sctp && sctpMalformed(payload);
}

function headerNeeded(packet: Packet): number {
  if (packet.proto === PROTO.tcp) return 20;
  return packet.sport !== null || packet.icmpType !== null ? 8 : 0;
}

/** The flow that a packet names: nf_ct_get_tuple. */
export function tupleOf(skb: Skb): Tuple {
  const { src, dst, sport, dport, icmpId } = skb;
  const { proto, icmpType, icmpCode } = skb.base;
  return tupleFrom({ src, dst, proto, sport, dport, icmpType, icmpCode, icmpId, payload: skb.base.payload });
}

type TupleFields = Pick<
  Packet,
  "src" | "dst" | "proto" | "sport" | "dport" | "icmpType" | "icmpCode" | "icmpId" | "payload"
>;

/** gre_pkt_to_tuple: PPTP's calls have an id each, whose other side only its helper knows; other GRE has none. */
function greCall(payload: Uint8Array): number {
  const isPptp = ((payload[1] ?? 0) & 7) === 1;
  return isPptp ? ((payload[6] ?? 0) << 8) | (payload[7] ?? 0) : 0;
}

function tupleFrom({ src, dst, proto, sport, dport, icmpType, icmpCode, icmpId, payload }: TupleFields): Tuple {
  if (icmpType !== null) return { src, dst, proto, sport: icmpId ?? 0, dport: 0, icmpType, icmpCode };
  if (proto === PROTO.gre) return { src, dst, proto, sport: 0, dport: greCall(payload), icmpType, icmpCode };
  const tracked = hasTrackedPorts(proto);
  const ports = { sport: tracked ? (sport ?? 0) : 0, dport: tracked ? (dport ?? 0) : 0 };
  return { src, dst, proto, ...ports, icmpType: null, icmpCode: null };
}

/** A packet of no known flow: init_conntrack and the protocol's `…_new`. */
function open(skb: Skb, tuple: Tuple, settings: TrackSettings): Tracked {
  const reply = invertTuple(tuple);
  if (reply === null || !mayOpen(skb, settings)) return null;
  const flow = newFlow(tuple, reply, skb.zone, skb.helper);
  if (tuple.proto === PROTO.tcp) {
    const step = tcpStep("original", skb.base.tcpFlags ?? 0, "NONE");
    if (step !== "invalid" && step !== "ignore") flow.tcp = step;
    flow.replyHeard = step !== "SYN_SENT";
  }
  return { flow, direction: "original", state: "new" };
}

function mayOpen({ base }: Skb, { loose }: TrackSettings): boolean {
  switch (base.proto) {
    case PROTO.tcp: {
      const step = tcpStep("original", base.tcpFlags ?? 0, "NONE");
      return step === "SYN_SENT" || (step !== "invalid" && loose);
    }
    case PROTO.icmp:
      return ICMP_NEW.has(base.icmpType ?? -1);
    case PROTO.icmp6:
      return ICMP6_NEW.has(base.icmpType ?? -1);
    case PROTO.sctp:
      return sctpMayOpen(base.payload);
    default:
      return true;
  }
}

/** A packet of a known flow: resolve_normal_ct and the protocol's `…_packet`. */
function carryOn(skb: Skb, flow: Flow, direction: FlowDirection, settings: TrackSettings): Tracked {
  const state = direction === "reply" || flow.seenReply ? "established" : "new";
  switch (flow.original.proto) {
    case PROTO.tcp: {
      const fate = trackTcp(flow, direction, skb.base.tcpFlags ?? 0);
      if (fate === "invalid") return null;
      if (fate === "reopens") return reopen(skb, flow, settings);
      break;
    }
    case PROTO.gre:
      flow.assured ||= flow.seenReply;
      break;
    case PROTO.sctp:
      flow.assured ||= direction === "reply" && sctpEstablishes(skb.base.payload);
  }
  flow.seenReply ||= direction === "reply";
  return { flow, direction, state };
}

/** The old flow is killed and the packet looked at again (-NF_REPEAT). */
function reopen(skb: Skb, old: Flow, settings: TrackSettings): Tracked {
  const opened = open(skb, tupleOf(skb), settings);
  if (opened !== null && opened !== "untracked") opened.flow.replaces = old;
  return opened;
}

/** nf_conntrack_handle_icmp: errors belong to the flow that they quote. `query`: tracked like any other packet. */
function trackIcmp(skb: Skb, table: ConntrackTable, settings: TrackSettings): Tracked | "query" {
  const { base } = skb;
  const type = base.icmpType ?? -1;
  if (settings.checksum && base.l4Checksum === "bad") return null;
  if (base.proto === PROTO.icmp6 && ICMP6_UNTRACKED.has(type)) return "untracked";
  const quoted = isIcmpError(base.proto, type) ? base.payload : quotedByRedirect(skb);
  if (quoted === null || quoted === "query") return quoted;
  const inner = innerTuple(quoted);
  // nf_conntrack_inet_error: whoever sent the quoted packet must be the one who is told.
  if (inner?.src !== skb.dst) return null;
  const inverse = invertTuple(inner);
  const found = inverse === null ? null : table.find(inverse, skb.zone);
  if (found === null) return null;
  // The quoted packet went the other way.
  return { flow: { ...found.flow }, direction: found.direction, state: "related" };
}

/** The tuple of the packet that an ICMP error quotes; null where it quotes none. */
function innerTuple(bytes: Uint8Array): Tuple | null {
  const quoted = decodePacket(bytes);
  return quoted === null ? null : tupleFrom(quoted);
}

/** ND_OPT_REDIRECT_HDR: its first option must be this. */
const REDIRECTED_HEADER = 4;
/** Behind the ICMPv6 header stand two addresses, behind them the options. */
const OPTIONS_AT = 32;
const OPTION_HEADER = 8;

/** nf_conntrack_icmpv6_redirect: the packet that a redirect is about; null: nobody may send such a redirect; `query`: it quotes none, or is none. */
function quotedByRedirect({ base, src, ttl }: Skb): Uint8Array | "query" | null {
  if (base.proto !== PROTO.icmp6 || base.icmpType !== NDISC_REDIRECT) return "query";
  const { payload } = base;
  if (payload.length < OPTIONS_AT) return null;
  if (base.icmpCode !== 0) return "query";
  if (ttl !== 255 || typeof src !== "bigint" || scopeOf(src).kind !== "link") return null;
  const [option, length] = payload.subarray(OPTIONS_AT);
  if (length === undefined || length === 0) return null;
  return option === REDIRECTED_HEADER ? payload.subarray(OPTIONS_AT + OPTION_HEADER) : "query";
}
