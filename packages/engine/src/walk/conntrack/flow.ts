import type { Address } from "../../base/address.ts";
import type { ConntrackEntry, Tuple } from "../../model/host.ts";
import type { FlowDirection } from "./direction.ts";
import { printZone } from "./zone.ts";
import type { Zone } from "./zone.ts";
import { TCP_STATES } from "./tcp.ts";
import type { TcpKind, TcpState } from "./tcp.ts";

/** `struct nf_conn`: one tracked flow. Mutable while a packet is walked; a walk works on its own copy. */
export interface Flow {
  readonly original: Tuple;
  /** Changes when NAT picks a mapping. */
  reply: Tuple;
  mark: number;
  readonly zone: Zone;
  readonly helper: string | null;
  seenReply: boolean;
  assured: boolean;
  /** In the table: its first packet got through. */
  confirmed: boolean;
  /** IPS_SRC_NAT, IPS_DST_NAT: the tuple really changed. */
  snat: boolean;
  dnat: boolean;
  /** IPS_SRC_NAT_DONE, IPS_DST_NAT_DONE: NAT has been decided. */
  snatDone: boolean;
  dnatDone: boolean;
  /** The device whose address MASQUERADE took; null: it did not. */
  masqueradedBy: string | null;
  tcp: TcpState;
  /** The last TCP packet that was in order; null: none yet. */
  last: { readonly kind: TcpKind; readonly direction: FlowDirection } | null;
  /** The answering side has sent something that counts, or was talking before this node looked. */
  replyHeard: boolean;
  /** Both sides have sent a SYN: the state table alone would wait for ever. */
  crossed: boolean;
  /** One side has said that it is done. */
  closing: boolean;
  /** A reset came before any answer: the flow is gone once this packet has passed. */
  dying: boolean;
  /** A flow that this packet killed by opening a new connection in its place. */
  replaces: Flow | null;
}

export function newFlow(original: Tuple, reply: Tuple, zone: Zone, helper: string | null): Flow {
  return {
    original,
    reply,
    mark: 0,
    zone,
    helper,
    seenReply: false,
    assured: false,
    confirmed: false,
    snat: false,
    dnat: false,
    snatDone: false,
    dnatDone: false,
    masqueradedBy: null,
    tcp: "NONE",
    last: null,
    replyHeard: false,
    crossed: false,
    closing: false,
    dying: false,
    replaces: null,
  };
}

/** A listed entry as a flow. `conntrack -L` does not print the NAT bits: they are what makes the tuples differ. */
export function flowOfEntry(entry: ConntrackEntry): Flow {
  const { original, reply } = entry;
  return {
    ...newFlow(original, reply, { id: entry.zone, direction: entry.zoneDirection ?? null }, entry.helper),
    mark: entry.mark,
    seenReply: entry.seenReply,
    replyHeard: entry.seenReply,
    assured: entry.assured,
    confirmed: true,
    snat: reply.dst !== original.src || reply.dport !== original.sport,
    dnat: reply.src !== original.dst || (reply.sport !== original.dport && original.icmpType === null),
    snatDone: true,
    dnatDone: true,
    tcp: tcpStateOf(entry.state),
  };
}

function tcpStateOf(text: string | null): TcpState {
  return TCP_STATES.find((state) => state === text) ?? "NONE";
}

/** Everything that a later decision can read, as text. */
export function digestOfFlow(flow: Flow): string {
  const { reply: r } = flow;
  const bits = [
    flow.seenReply,
    flow.assured,
    flow.confirmed,
    flow.snat,
    flow.dnat,
    flow.snatDone,
    flow.dnatDone,
    flow.closing,
    flow.crossed,
    flow.replyHeard,
  ];
  return `${flow.masqueradedBy ?? ""} ${flow.last === null ? "" : flow.last.kind + flow.last.direction} ${addressPair(r.src, r.dst)} ${String(r.sport)} ${String(r.dport)} ${String(flow.mark)} ${printZone(flow.zone)} ${flow.tcp} ${bits.map(Number).join("")}`;
}

function addressPair(a: Address, b: Address): string {
  return `${String(a)}>${String(b)}`;
}

const ICMP_PAIRS: readonly (readonly [number, number])[] = [
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [128, 129],
  [139, 140],
];
const ICMP_INVERSE: ReadonlyMap<number, number> = new Map(
  ICMP_PAIRS.flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]),
);

/** The tuple that answers come with, or null: this kind of packet has none (nf_ct_invert_tuple). */
export function invertTuple(tuple: Tuple): Tuple | null {
  const { src, dst, proto, icmpType, icmpCode, sport, dport } = tuple;
  if (icmpType === null) return { src: dst, dst: src, proto, sport: dport, dport: sport, icmpType, icmpCode };
  const inverse = ICMP_INVERSE.get(icmpType);
  // ICMP keeps its id in `sport` both ways.
  return inverse === undefined ? null : { src: dst, dst: src, proto, sport, dport, icmpType: inverse, icmpCode };
}

/** Where a flow is found: equal keys are equal tuples of one zone. */
export function tupleKey(t: Tuple, zone: number): string {
  const icmp = t.icmpType === null ? "" : `/${String(t.icmpType)}.${String(t.icmpCode)}`;
  return `${String(zone)} ${String(t.proto)} ${String(t.src)}:${String(t.sport)}>${String(t.dst)}:${String(t.dport)}${icmp}`;
}
