import type { Hook } from "../program/program.ts";
import { fibLookup } from "./fib.ts";
import { conntrackIn, walkDevice, walkHook } from "./hook.ts";
import { impossibleAddress } from "./ip6-header.ts";
import { mtuOf } from "./mtu.ts";
import { flowKey, routeInput, routeOutput } from "./route.ts";
import type { Routed } from "./route.ts";
import type { FibError } from "./fib.ts";
import { answerWith } from "./run.ts";
import type { Run } from "./run.ts";
import { icmpError } from "./side-packets.ts";
import type { RouteChoice } from "./skb.ts";
import { packetLength } from "./fields.ts";
import type { Delivery, Reason, Verdict } from "./trace.ts";
import type { ChainVerdict, Dropped } from "./verdict.ts";
import { dropped } from "./verdict.ts";

/** How a walk ends. */
export interface End {
  readonly verdict: Verdict;
  readonly delivery: Delivery;
  readonly reason: Reason;
}

/** Where a walk starts: at the wire or a program, or in the middle (`--at`). */
export type Start = "receive" | "send" | Hook;

/** Follows the packet through the stack to its end. */
export function walkPath(run: Run, start: Start): End {
  switch (start) {
    case "receive":
    case "prerouting":
      return receive(run);
    case "send":
      return send(run);
    case "output":
      return send(run);
    case "input":
    case "forward":
    case "postrouting":
      return startInside(run, start);
  }
}

/** ip_rcv: PREROUTING, then routing decides (net/ipv4/ip_input.c). */
function receive(run: Run): End {
  const { skb } = run;
  if (skb.pktType === "otherhost") return end(run, dropped("pkttype", "the frame is addressed to another host"));
  const impossible = impossibleAddress(skb);
  if (impossible !== null) return end(run, dropped("martian", impossible));
  const entered = walkDevice(run, "ingress", skb.iif);
  if (entered.kind !== "accept") return end(run, entered);
  const verdict = walkHook(run, "prerouting");
  if (verdict.kind !== "accept") return end(run, verdict);
  const options = optionsProblem(run);
  if (options !== null) return end(run, options);
  // A packet that came round by lo has its route already.
  if (skb.iif === "lo" && skb.route !== null) return input(run);
  const routed = routeInput(run);
  if (routed.kind === "drop") return notRouted(run, routed);
  skb.route = routed.choice;
  if (routed.choice.type !== "forward") return input(run);
  skb.oif = routed.choice.oif;
  return forward(run, routed);
}

const SOURCE_ROUTES: ReadonlySet<number> = new Set([131, 137]);

/** ip_rcv_options: source-routed packets only where both `all` and the device accept them (IN_DEV_SOURCE_ROUTE). */
function optionsProblem({ skb, program }: Run): (ChainVerdict & { kind: "drop" | "unknown" }) | null {
  const options = skb.base.ipOptions ?? [];
  let routed = false;
  for (let i = 0; i < options.length && !routed;) {
    const kind = options[i] ?? 0;
    routed = SOURCE_ROUTES.has(kind);
    i += kind < 2 ? 1 : Math.max(2, options[i + 1] ?? 2);
  }
  if (!routed) return null;
  const accepted =
    program.sysctl.number("net.ipv4.conf.all.accept_source_route", 0) !== 0 &&
    program.sysctl.device("ipv4", skb.iif ?? "", "accept_source_route", 1) !== 0;
  if (!accepted) return dropped("route", "source-routed packets are not accepted");
  return { kind: "unknown", what: "the packet carries its own route" };
}

/** `--at`: the packet stands in the middle of the stack and goes on from there. */
function startInside(run: Run, start: "input" | "forward" | "postrouting"): End {
  const delivery = run.skb.iif === null ? "sent" : "forward";
  standInside(run, start === "input" ? "local" : "forward");
  if (start === "input") return input(run);
  if (start === "postrouting") return leave(run, delivery);
  const verdict = walkHook(run, "forward");
  return verdict.kind === "accept" ? leave(run, delivery) : end(run, verdict);
}

/** It has its flow and its device already; no step tells how it came by them. */
function standInside(run: Run, type: "local" | "forward"): void {
  const { skb } = run;
  if (run.family.conntrack) conntrackIn(run);
  const result = fibLookup(run, flowKey(skb, { uid: 0 }));
  const found = result.kind === "route" ? result : null;
  const oif = type === "local" ? null : (found?.nexthop?.dev ?? null);
  skb.route = { type, oif, via: found?.nexthop?.via ?? null, route: found?.entry.route ?? null };
  skb.oif = oif;
  skb.oifKnown = type === "local" || oif !== null;
  run.steps.length = 0;
}

const ICMP_OF: Readonly<
  Record<FibError, { readonly ip: readonly [number, number] | null; readonly ip6: readonly [number, number] | null }>
> = {
  "net-unreachable": { ip: [3, 0], ip6: [1, 0] },
  "host-unreachable": { ip: [3, 1], ip6: [1, 0] },
  prohibited: { ip: [3, 13], ip6: [1, 1] },
  blackhole: { ip: null, ip6: null },
};

/** ip_error: the sender is told why. */
function notRouted(run: Run, routed: Routed & { kind: "drop" }): End {
  const icmp = routed.error === null ? null : ICMP_OF[routed.error][run.skb.family];
  if (icmp !== null) answer(run, icmp[0], icmp[1], routed.what);
  return end(run, dropped(routed.reason, routed.what));
}

function answer(run: Run, type: number, code: number, what: string): void {
  const packet = icmpError(run, type, code);
  if (packet !== null) answerWith(run, "icmp", packet, what);
}

/** ip_local_deliver. */
function input(run: Run): End {
  const verdict = walkHook(run, "input");
  if (verdict.kind !== "accept") return end(run, verdict);
  return { verdict: "accept", delivery: "local", reason: "route" };
}

/** ip_forward (net/ipv4/ip_forward.c), ip6_forward: every check before FORWARD, in its order. */
function forward(run: Run, routed: Routed & { kind: "choice" }): End {
  const { skb } = run;
  if (skb.pktType !== "host") return end(run, dropped("pkttype", `a ${skb.pktType} frame is not forwarded`));
  if (skb.hasSocket)
    return end(run, dropped("socket", "the packet belongs to a local socket, but no rule delivers it locally"));
  const scope = scopeProblem(run);
  if (scope !== null) return end(run, scope);
  if (skb.ttl <= 1) {
    const [type, code] = skb.family === "ip" ? [11, 0] : [3, 0];
    answer(run, type, code, "time exceeded");
    return end(run, dropped("ttl", `TTL is ${String(skb.ttl)}`));
  }
  const refused = mtuProblem(run, routed.choice);
  if (refused !== null) return end(run, refused);
  if (routed.redirect) redirect(run);
  skb.ttl--;
  const verdict = walkHook(run, "forward");
  if (verdict.kind !== "accept") return end(run, verdict);
  return leave(run, "forward");
}

/** ip6_forward: a link-local source stays on its link. */
function scopeProblem(run: Run): Dropped | null {
  const { src } = run.skb;
  if (typeof src !== "bigint") return null;
  if (src === 0n || src === 1n || src >> 120n === 0xffn) return dropped("martian", "the source is no unicast address");
  return src >> 118n === 0x3fan ? dropped("martian", "a link-local source is not forwarded") : null;
}

/** ip_exceeds_mtu, ip6_pkt_too_big: what may not be cut is refused before FORWARD. */
function mtuProblem(run: Run, choice: RouteChoice): Dropped | null {
  const { skb } = run;
  // IPv6 looks at the route's MTU only when the packet leaves (ip6_dst_mtu_maybe_forward).
  const mtu = mtuOf(run, skb.family === "ip" ? choice.route : null, choice.oif);
  if (skb.family === "ip" && !skb.base.dontFragment) return null;
  return tooBig(run, mtu);
}

/** Refuses a packet that is larger than this. */
function tooBig(run: Run, mtu: number): Dropped | null {
  const { skb } = run;
  const length = packetLength(skb.base);
  if (length <= mtu) return null;
  const [type, code] = skb.family === "ip" ? [3, 4] : [2, 0];
  answer(run, type, code, "fragmentation needed");
  return dropped("mtu", `${String(length)} bytes do not fit the MTU ${String(mtu)} of ${skb.oif ?? "?"}`);
}

/** ip_rt_send_redirect: the sender is told of the next hop, the packet goes on. */
function redirect(run: Run): void {
  answer(run, 5, 1, "redirect");
}

/** ip_local_out: the route is chosen before OUTPUT, and again where OUTPUT changed what it depends on. */
function send(run: Run): End {
  const { skb } = run;
  const routed = routeOutput(run, "output");
  if (routed.kind === "drop") return end(run, dropped(routed.reason, routed.what));
  skb.route = routed.choice;
  skb.oif = routed.choice.oif;
  const verdict = walkHook(run, "output");
  if (verdict.kind !== "accept") return end(run, verdict);
  if (skb.oifKnown) skb.oif = skb.route.oif;
  return leave(run, "sent");
}

/** POSTROUTING and the device: lo and a veth pair inside this namespace bring the packet back. */
function leave(run: Run, delivery: "forward" | "sent"): End {
  const verdict = walkHook(run, "postrouting");
  if (verdict.kind !== "accept") return end(run, verdict);
  const { skb } = run;
  run.left = true;
  const mayBeCut = skb.family === "ip" && !skb.base.dontFragment;
  const refused = mayBeCut ? null : tooBig(run, mtuOf(run, skb.route?.route ?? null, skb.oif));
  if (refused !== null) return end(run, refused);
  const sent = walkDevice(run, "egress", skb.oif);
  if (sent.kind !== "accept") return end(run, sent);
  if (skb.oif === "lo") return again(run, "lo");
  const peer = vethPeer(run, skb.oif);
  if (peer === null) return { verdict: "accept", delivery, reason: "route" };
  if (run.program.links.get(peer)?.flags.includes("NOARP") === true || skb.ttl < 1) {
    run.steps.push({
      kind: "note",
      what: `${skb.oif ?? ""} is one end of a veth pair; its BPF program decides what follows`,
    });
    return { verdict: "accept", delivery, reason: "route" };
  }
  run.steps.push({ kind: "note", what: `enters ${peer}, the other end of ${skb.oif ?? ""}` });
  skb.ct = null;
  skb.untracked = false;
  skb.route = null;
  return again(run, peer);
}

/** The other end of a veth pair, where it is in this namespace too. */
function vethPeer(run: Run, oif: string | null): string | null {
  const { links } = run.program;
  const peer = links.get(links.get(oif ?? "")?.peer ?? "");
  if (peer === undefined) return null;
  return peer.peer === oif ? peer.name : null;
}

function again(run: Run, iif: string): End {
  const { skb } = run;
  skb.iif = iif;
  skb.oif = null;
  if (iif !== "lo") skb.hasSocket = false;
  return receive(run);
}

/** Ends a walk that did not get through. */
function end(run: Run, verdict: Exclude<ChainVerdict, { kind: "accept" }>): End {
  switch (verdict.kind) {
    case "drop":
      if (verdict.what !== null)
        run.steps.push({ kind: "drop", hook: run.hook, reason: verdict.reason, what: verdict.what });
      return { verdict: "drop", delivery: "none", reason: verdict.reason };
    case "reject":
      return { verdict: "reject", delivery: "none", reason: "rule" };
    case "queue":
      return { verdict: "queue", delivery: "none", reason: "queue" };
    case "unknown":
      run.steps.push({ kind: "note", what: verdict.what });
      return { verdict: "unknown", delivery: "none", reason: "extension" };
  }
}
