import type { Arrival, Packet } from "../program/packet.ts";
import type { Program } from "../program/program.ts";
import { PROTO } from "../program/protocol.ts";
import type { AssumedFlow } from "./conntrack/assumed.ts";
import { TCP_FLAG } from "./conntrack/tcp.ts";
import { NodeState } from "./state.ts";
import type { Outcome, Trace } from "./trace.ts";
import { walkPacket } from "./walk.ts";

/** A whole connection: the first packet, its answer, and the packet after that. */
export interface FlowTrace {
  /** One to three traces: it ends where a packet does not get through. */
  readonly packets: readonly FlowPacket[];
}

export interface FlowPacket {
  readonly role: "first" | "reply" | "third";
  readonly trace: Trace;
}

export interface FlowOptions {
  /** The device that the answer enters by; default: the one that the first packet left by. */
  readonly replyIif?: string | null;
  readonly state?: NodeState;
  /** What is known of the first packet's flow beside the table. */
  readonly flow?: AssumedFlow;
}

/** Walks a connection, conntrack carried along, following the most likely outcome of each packet. */
export function walkFlow(program: Program, packet: Packet, arrival: Arrival, options: FlowOptions = {}): FlowTrace {
  const state = options.state ?? new NodeState(program);
  const assumed = options.flow === undefined ? {} : { flow: options.flow };
  const first = walkPacket(program, packet, arrival, { state, ...assumed });
  const packets: FlowPacket[] = [{ role: "first", trace: first }];
  const [outcome] = first.outcomes;
  if (outcome?.verdict !== "accept") return { packets };
  const answer = answerTo(outcome.packet);
  const replyArrival = arrivalOfAnswer(outcome, options.replyIif ?? null);
  const reply = walkPacket(program, answer, replyArrival, { state });
  packets.push({ role: "reply", trace: reply });
  if (reply.outcomes[0]?.verdict !== "accept") return { packets };
  const third = walkPacket(program, follows(packet), arrival, { state });
  packets.push({ role: "third", trace: third });
  return { packets };
}

/** The packet that the other side answers with. */
function answerTo(packet: Packet): Packet {
  const swapped = { ...packet, src: packet.dst, dst: packet.src, sport: packet.dport, dport: packet.sport, ttl: 64 };
  if (packet.proto === PROTO.tcp) return { ...swapped, tcpFlags: answerFlags(packet.tcpFlags ?? 0) };
  return {
    ...swapped,
    icmpType: packet.icmpType === null ? null : (ECHO_REPLY.get(packet.icmpType) ?? packet.icmpType),
  };
}

function answerFlags(flags: number): number {
  return (flags & TCP_FLAG.syn) !== 0 ? TCP_FLAG.syn | TCP_FLAG.ack : TCP_FLAG.ack;
}

const ECHO_REPLY: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [13, 14],
  [128, 129],
]);

/** The first packet's sender goes on: the handshake's third packet, or another datagram. */
function follows(packet: Packet): Packet {
  return packet.proto === PROTO.tcp ? { ...packet, tcpFlags: TCP_FLAG.ack } : packet;
}

function arrivalOfAnswer(outcome: Outcome, replyIif: string | null): Arrival {
  const iif = replyIif ?? outcome.oif;
  return { iif, physin: null, mark: 0, pktType: "host", smac: null, uid: null, gid: null };
}
