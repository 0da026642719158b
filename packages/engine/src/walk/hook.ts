import { REROUTED_BY } from "../program/reroute.ts";
import type { Hook, HookEntry } from "../program/program.ts";
import { walkBaseChain } from "./chain.ts";
import { assume } from "./conntrack/assumed.ts";
import { track } from "./conntrack/track.ts";
import type { Tracked } from "./conntrack/track.ts";
import { gather } from "./defrag.ts";
import { ipvsReply } from "./ipvs/reply.ts";
import { ipvsRequest } from "./ipvs/request.ts";
import { natHook } from "./nat/bind.ts";
import { isTaken } from "./nat/tuple.ts";
import { routeOutput } from "./route.ts";
import { ask, factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { ACCEPT, dropped } from "./verdict.ts";
import type { ChainVerdict, SentOn } from "./verdict.ts";

/** nf_hook_slow: everything registered at a hook, in order, until something does not accept. */
export function walkHook(run: Run, hook: Hook): ChainVerdict | SentOn {
  run.hook = hook;
  run.stage++;
  const { family } = run;
  if (!family.known && !assumedEmpty(run)) {
    return {
      kind: "unknown",
      what: `the rules of ${family.family === "ip" ? "iptables" : "ip6tables"} are not in the snapshot`,
    };
  }
  for (const entry of family.hooks[hook]) {
    const verdict = walkEntry(run, entry);
    if (verdict.kind !== "accept") return verdict;
  }
  return ACCEPT;
}

/** The chains of a device (net/core/dev.c nf_ingress, nf_hook_egress): the packet has met no conntrack there, or is done with it. */
export function walkDevice(run: Run, hook: "ingress" | "egress", device: string | null): ChainVerdict {
  const chains = device === null ? undefined : run.family.devices[hook].get(device);
  if (chains === undefined) return ACCEPT;
  run.hook = hook;
  for (const chain of chains) {
    run.stage++;
    const verdict = walkBaseChain(run, chain);
    if (verdict.kind !== "accept") return verdict;
  }
  return ACCEPT;
}

function assumedEmpty(run: Run): boolean {
  const { family, whyUnknown } = run.family;
  return ask(run, factQuestion(`no ${family === "ip" ? "IPv4" : "IPv6"} rules are loaded`, whyUnknown, true));
}

function walkEntry(run: Run, entry: HookEntry): ChainVerdict | SentOn {
  run.stage++;
  switch (entry.kind) {
    case "defrag":
      return gather(run, run.hook === "output" ? "output" : run.skb.physin === null ? "prerouting" : "bridge");
    case "conntrack":
      return conntrackIn(run);
    case "confirm":
      return confirm(run);
    case "nat":
      return natEntry(run, entry);
    case "ipvs":
      return entry.role === "reply" ? ipvsReply(run) : ipvsRequest(run);
    case "chain":
      return entry.reroutes ? walkAndReroute(run, entry) : walkBaseChain(run, entry.chain);
  }
}

/** nf_conntrack_in: a packet that came round by lo keeps its flow, one of NOTRACK stays without. */
export function conntrackIn(run: Run): ChainVerdict {
  const { skb } = run;
  if (skb.ct !== null) return ACCEPT;
  const tracked = skb.untracked ? "untracked" : trackPacket(run);
  skb.untracked = tracked === "untracked";
  skb.ct = tracked === "untracked" ? null : tracked;
  if (skb.ct !== null && skb.ct.state !== "related") run.flows.push(skb.ct.flow);
  const state = tracked === "untracked" ? tracked : (tracked?.state ?? "invalid");
  const { original = null, reply = null } = skb.ct?.flow ?? {};
  run.steps.push({ kind: "conntrack", hook: run.hook, state, original, reply });
  return ACCEPT;
}

/** The flow that the table, or whoever asks, says the packet belongs to. */
function trackPacket(run: Run): Tracked {
  const { sysctl } = run.program;
  const found = track(run.skb, run.conntrack, {
    loose: sysctl.number("net.netfilter.nf_conntrack_tcp_loose", 1) !== 0,
    checksum: run.hook === "prerouting" && sysctl.number("net.netfilter.nf_conntrack_checksum", 1) !== 0,
  });
  return run.assumedFlow === null ? found : assume(run.skb, run.conntrack, found, run.assumedFlow);
}

/** nf_conntrack_confirm: only now is a new flow in the table. Two flows cannot have one tuple (nf_ct_resolve_clash). */
function confirm(run: Run): ChainVerdict {
  const { ct } = run.skb;
  // Answers to the first packet go the other way; the answer to an answer counts as one of its own.
  if (ct === null || ct.direction === "reply" || ct.flow.confirmed) return ACCEPT;
  if (isTaken(run, ct.flow, ct.flow.reply)) {
    return dropped("conntrack", "another flow has the tuple that its answers would come with");
  }
  ct.flow.confirmed = true;
  if (!run.flows.includes(ct.flow)) run.flows.push(ct.flow);
  return ACCEPT;
}

/** The NAT slot; OUTPUT looks the route up again where the flow's destination was changed (nf_nat_ipv4_local_fn). */
function natEntry(run: Run, entry: HookEntry & { kind: "nat" }): ChainVerdict {
  const verdict = natHook(run, entry.chains, walkBaseChain);
  if (verdict.kind !== "accept" || run.hook !== "output") return verdict;
  const { ct } = run.skb;
  if (ct === null) return verdict;
  const { original, reply } = ct.flow;
  const redirected = ct.direction === "original" ? original.dst !== reply.src : reply.dst !== original.src;
  return redirected ? reroute(run) : verdict;
}

function walkAndReroute(run: Run, entry: HookEntry & { kind: "chain" }): ChainVerdict {
  const { skb } = run;
  const fields = REROUTED_BY[skb.family];
  const before = fields.map((field) => skb[field]);
  const verdict = walkBaseChain(run, entry.chain);
  if (verdict.kind !== "accept") return verdict;
  return fields.some((field, i) => skb[field] !== before[i]) ? reroute(run) : verdict;
}

/** ip_route_me_harder. Chains of this hook still see the old device (case nat/output-dnat-reroutes): `oif` changes when the hook is left. */
function reroute(run: Run): ChainVerdict {
  const routed = routeOutput(run, "reroute");
  if (routed.kind === "drop") return dropped("route", routed.what);
  run.skb.route = routed.choice;
  return ACCEPT;
}
