import type { Tuple } from "../../model/host.ts";
import { hasTrackedPorts } from "../../program/protocol.ts";
import type { StackHook } from "../../program/program.ts";
import { invertTuple } from "../conntrack/flow.ts";
import type { Run } from "../run.ts";
import type { CtReference, Skb } from "../skb.ts";
import type { NatEnd } from "../trace.ts";

/** Which end of the packet NAT changes at a hook: HOOK2MANIP (include/net/netfilter/nf_nat.h). */
export type Manip = "src" | "dst";

export function manipOf(hook: StackHook): Manip {
  return hook === "postrouting" || hook === "input" ? "src" : "dst";
}

/** Does NAT change the packets of this direction at this hook? For replies the roles are swapped: what SNAT did is undone at the destination. */
export function isTranslated({ hook }: Run, { flow, direction }: CtReference): boolean {
  return (manipOf(hook) === "src") === (direction === "original") ? flow.snat : flow.dnat;
}

/** nf_nat_packet: rewrites the packet to what the flow's other direction expects. */
export function manglePacket(run: Run, ct: CtReference): void {
  const manip = manipOf(run.hook);
  const { flow, direction } = ct;
  const target = isTranslated(run, ct) ? invertTuple(direction === "original" ? flow.reply : flow.original) : null;
  if (target === null) return;
  const { skb } = run;
  const from = endOf(skb, manip);
  applyTuple(skb, target, manip);
  const to = endOf(skb, manip);
  if (from.address === to.address && from.port === to.port) return;
  const what = direction === "reply" ? "reply" : manip === "src" ? "snat" : "dnat";
  run.steps.push({ kind: "nat", hook: run.hook, what, from, to });
}

function applyTuple(skb: Skb, target: Tuple, manip: Manip): void {
  const isError = skb.base.icmpType !== null && skb.icmpId === null;
  if (manip === "src") skb.src = target.src;
  else skb.dst = target.dst;
  if (isError) return; // an ICMP error has no port of its own; its quoted packet is rewritten alongside
  if (skb.base.icmpType !== null) skb.icmpId = target.sport;
  else if (!hasTrackedPorts(skb.base.proto)) return;
  else if (manip === "src") skb.sport = target.sport;
  else skb.dport = target.dport;
}

function endOf(skb: Skb, manip: Manip): NatEnd {
  const port = skb.base.icmpType !== null ? skb.icmpId : manip === "src" ? skb.sport : skb.dport;
  return { address: manip === "src" ? skb.src : skb.dst, port };
}
