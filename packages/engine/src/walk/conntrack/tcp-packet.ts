import type { FlowDirection } from "./direction.ts";
import type { Flow } from "./flow.ts";
import { TCP_FLAG, tcpKind, tcpStep } from "./tcp.ts";
import type { TcpKind, TcpState } from "./tcp.ts";

/** What conntrack makes of one more packet of a TCP flow. */
export type TcpFate = "invalid" | "reopens" | "goes on";

/** nf_conntrack_tcp_packet (net/netfilter/nf_conntrack_proto_tcp.c); sequence numbers are taken to fit. */
export function trackTcp(flow: Flow, direction: FlowDirection, flags: number): TcpFate {
  const step = tcpStep(direction, flags, flow.tcp);
  if (step === "invalid" || (step !== "ignore" && acknowledgesNothing(flow, direction, flags))) return "invalid";
  const kind = tcpKind(flags);
  const restarts = step === "SYN_SENT" && (flow.tcp === "TIME_WAIT" || flow.tcp === "CLOSE");
  if (restarts && mayReopen(flow, direction)) return "reopens";
  flow.dying = !flow.seenReply && kind === "rst";
  if (step === "ignore" || restarts) resynchronise(flow, direction, kind);
  else advance(flow, step === "SYN_RECV" && endsCrossing(flow, direction, kind) ? "ESTABLISHED" : step, direction);
  flow.last = { kind, direction };
  return "goes on";
}

/** tcp_in_window: as long as the other side has sent nothing that counts there is nothing to acknowledge. */
function acknowledgesNothing(flow: Flow, direction: FlowDirection, flags: number): boolean {
  return !flow.replyHeard && direction === "original" && (flags & TCP_FLAG.ack) !== 0;
}

/** A connection that was closed in order, or reset by the side that now opens, may be opened again at once. */
function mayReopen(flow: Flow, direction: FlowDirection): boolean {
  return flow.closing || (flow.last?.kind === "rst" && flow.last.direction === direction);
}

/** A SYN that was ignored was meant after all if the other side answers it: both ends have started anew. */
function resynchronise(flow: Flow, direction: FlowDirection, kind: TcpKind): void {
  const { last } = flow;
  if (kind === "synack" && last?.kind === "syn" && last.direction !== direction) advance(flow, "SYN_RECV", direction);
}

/** IP_CT_TCP_SIMULTANEOUS_OPEN: behind two SYNs that crossed an acknowledgement of the answering side is enough. */
function endsCrossing(flow: Flow, direction: FlowDirection, kind: TcpKind): boolean {
  return flow.crossed && direction === "reply" && kind === "ack";
}

/** A flow is assured once an answer was seen on an established connection. */
function advance(flow: Flow, step: TcpState, direction: FlowDirection): void {
  flow.assured ||= step === "ESTABLISHED" && flow.seenReply && (flow.tcp === "SYN_RECV" || flow.tcp === "ESTABLISHED");
  flow.closing ||= step === "FIN_WAIT" && flow.tcp !== "FIN_WAIT";
  flow.replyHeard ||= direction === "reply";
  flow.crossed ||= step === "SYN_SENT2";
  flow.tcp = step;
}
