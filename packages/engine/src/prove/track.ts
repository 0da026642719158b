import { PROTO, hasTrackedPorts } from "../program/protocol.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Bits } from "./bdd/numbers.ts";
import { CT_STATE, hasEntry } from "./fields.ts";
import { asEntered, assigned, bitNow, changed, tidied } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { FieldName } from "./layout.ts";
import type { Space } from "./space.ts";

/**
 * The variables of conntrack's fields say what conntrack makes of the packet when it sees it. Before that a packet has no entry, which
 * rules read as INVALID.
 */
export function beforeConntrack(space: Space, flow: Flow): Flow {
  return changed(flow, assigned(space.layout.bits.ctState, CT_STATE.invalid));
}

/** nf_conntrack_in: a packet that has an entry keeps it, one of NOTRACK stays without (net/netfilter/nf_conntrack_core.c). */
export function tracked(space: Space, flow: Flow): Flow {
  const { bdd, layout } = space;
  const seen = asEntered(bdd, flow, bdd.or(hasEntry(space), space.is("ctState", CT_STATE.untracked)));
  const opens = bdd.minus(space.is("ctState", CT_STATE.new), seen);
  const bits: (readonly [number, Ref])[] = [];
  const put = (field: FieldName, ofNew: (index: number) => Ref): void => {
    if (TUPLES.has(field) && !space.tuples.has(field)) return;
    for (const [index, level] of layout.bits[field].entries()) {
      if (level === null) continue;
      const own = bdd.variable(level);
      bits.push([level, bdd.ite(seen, bitNow(bdd, flow, level), bdd.ite(opens, ofNew(index), own))]);
    }
  };
  for (const level of layout.bits.ctState)
    if (level !== null) bits.push([level, bdd.ite(seen, bitNow(bdd, flow, level), bdd.variable(level))]);
  for (const field of OF_A_FLOW) put(field, () => FALSE);
  put("origProto", (index) => bitAt(space, flow, layout.bits.proto, index));
  for (const [field, from] of TUPLE) put(field, (index) => bitAt(space, flow, layout.bits[from], index));
  // ICMP has its id and type there: left open.
  const has = space.isAnyOf("proto", WITH_PORTS);
  for (const [field, from] of PORTS)
    put(field, (index) =>
      bdd.ite(has, bitAt(space, flow, layout.bits[from], index), bitAt(space, flow, layout.bits[field], index)),
    );
  return tidied(bdd, changed(flow, bits));
}

function bitAt({ bdd }: Space, flow: Flow, bits: Bits, index: number): Ref {
  const level = bits[index] ?? null;
  return level === null ? FALSE : bitNow(bdd, flow, level);
}

/** Nothing yet of a new flow. */
const OF_A_FLOW = ["ctmark", "ctStatus", "ctDirection"] as const;

/** The tuples of a new flow are the packet's, and what answers to it have. */
const TUPLE = [
  ["origSrc", "src"],
  ["origDst", "dst"],
  ["replSrc", "dst"],
  ["replDst", "src"],
] as const;
const PORTS = [
  ["origSport", "sport"],
  ["origDport", "dport"],
  ["replSport", "dport"],
  ["replDport", "sport"],
] as const;

const TUPLES: ReadonlySet<FieldName> = new Set([...TUPLE, ...PORTS].map(([field]) => field));

const WITH_PORTS = Array.from({ length: 256 }, (_, proto) => proto).filter(hasTrackedPorts);

/** States that conntrack can give a packet: what opens a flow, and what it never tracks. */
export function trackable(space: Space): Ref {
  const { bdd } = space;
  const isNew = space.is("ctState", CT_STATE.new);
  const isUntracked = space.is("ctState", CT_STATE.untracked);
  const never = neverTracked(space);
  return bdd.and(
    bdd.or(bdd.not(isNew), mayOpen(space)),
    // What is never tracked is untracked, and nothing else is, unless a rule says so.
    bdd.not(bdd.xor(isUntracked, never)),
  );
}

/** Neighbour discovery, MLD and multicast router discovery (nf_conntrack_proto_icmpv6.c). */
function neverTracked(space: Space): Ref {
  if (space.layout.family === "ip") return FALSE;
  return space.bdd.and(space.is("proto", PROTO.icmp6), space.isAnyOf("icmpType", ICMP6_UNTRACKED));
}

const ICMP6_UNTRACKED = [130, 131, 132, 133, 134, 135, 136, 143, 151, 152];

/** `valid_new` of nf_conntrack_proto_icmp.c and …_icmpv6.c. */
const ICMP_NEW = [8, 13, 15, 17];
const ICMP6_NEW = [128, 139];

/** What conntrack takes for the first packet of a flow: the protocol's `…_new`. */
function mayOpen(space: Space): Ref {
  const { bdd, program, layout } = space;
  const looksBad = program.sysctl.number("net.netfilter.nf_conntrack_checksum", 1) !== 0;
  const parts: Ref[] = [
    implies(space, PROTO.tcp, tcpMayOpen(space)),
    implies(
      space,
      layout.family === "ip" ? PROTO.icmp : PROTO.icmp6,
      space.isAnyOf("icmpType", layout.family === "ip" ? ICMP_NEW : ICMP6_NEW),
    ),
    // udplite_error takes every checksum of UDP-Lite that comes in for a bad one.
    implies(space, PROTO.udplite, looksBad ? space.noDevice("iif") : TRUE),
  ];
  return bdd.intersection(parts);
}

function implies(space: Space, proto: number, set: Ref): Ref {
  return space.bdd.or(space.bdd.not(space.is("proto", proto)), set);
}

const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16, urg: 32 } as const;
const FLAGS = FLAG.fin | FLAG.syn | FLAG.rst | FLAG.ack | FLAG.urg;

/** A SYN; with nf_conntrack_tcp_loose also a packet in the middle of a connection (nf_conntrack_proto_tcp.c tcp_new). */
function tcpMayOpen(space: Space): Ref {
  const { bdd, program } = space;
  const opens = [FLAG.syn, FLAG.syn | FLAG.urg];
  const isLoose = program.sysctl.number("net.netfilter.nf_conntrack_tcp_loose", 1) !== 0;
  const picksUp = isLoose ? [FLAG.ack, FLAG.ack | FLAG.urg] : [];
  return bdd.union([...opens, ...picksUp].map((flags) => space.masked("tcpFlags", FLAGS, flags)));
}
