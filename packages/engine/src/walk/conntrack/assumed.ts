import { PROTO } from "../../program/protocol.ts";
import type { Skb } from "../skb.ts";
import type { CtStateName } from "../trace.ts";
import { invertTuple, newFlow } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { ConntrackTable } from "./table.ts";
import type { Tracked } from "./track.ts";
import { tupleOf } from "./track.ts";

/** What the person who asks knows of the packet's flow (`--ctstate`, `--ctmark`, `--socket`). */
export interface AssumedFlow {
  /** Null: as conntrack would say. */
  readonly state: CtStateName | null;
  /** Null: the listed flow's, else 0. */
  readonly mark: number | null;
  /** The packet, as it comes, is of a connection that a socket of this node has, or complains of one; null: as `ss` lists. */
  readonly socket: GivenSocket | null;
}

/** `transparent`: one with IP_TRANSPARENT, which may have the address of another host. */
export type GivenSocket = "plain" | "transparent";

/** Puts what was said in the place of what conntrack found. */
export function assume(skb: Skb, table: ConntrackTable, found: Tracked, assumed: AssumedFlow): Tracked {
  const state = assumed.state ?? (found === null ? "invalid" : found === "untracked" ? found : found.state);
  if (state === "invalid") return null;
  if (state === "untracked") return "untracked";
  const reference = found === null || found === "untracked" ? null : found;
  const direction = reference?.direction ?? "original";
  const flow = reference?.flow ?? freshFlow(skb, table);
  if (flow === null) return null;
  if (assumed.mark !== null) flow.mark = assumed.mark;
  if (state === "established") establish(flow);
  return { flow, direction, state };
}

function freshFlow(skb: Skb, table: ConntrackTable): Flow | null {
  const tuple = tupleOf(skb);
  const known = table.find(tuple, skb.zone);
  if (known !== null) return { ...known.flow };
  const reply = invertTuple(tuple);
  return reply === null ? null : newFlow(tuple, reply, skb.zone, skb.helper);
}

/** An answer was seen, so NAT was decided long ago: its chains are not asked again. */
function establish(flow: Flow): void {
  flow.seenReply = true;
  flow.replyHeard = true;
  flow.confirmed = true;
  flow.snatDone = true;
  flow.dnatDone = true;
  if (flow.original.proto === PROTO.tcp) flow.tcp = "ESTABLISHED";
}
