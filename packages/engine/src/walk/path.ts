import type { Tunnel } from "../program/beyond.ts";
import type { Arrival } from "../program/packet.ts";
import type { Hook } from "../program/program.ts";
import { bridgeFrame } from "./bridge.ts";
import { lostWithoutCarrier } from "./carrier.ts";
import { gather } from "./defrag.ts";
import { fibLookup } from "./fib.ts";
import { conntrackIn, walkDevice, walkHook } from "./hook.ts";
import { impossibleAddress, staysOnItsNode } from "./ip6-header.ts";
import { mtuOf } from "./mtu.ts";
import { cutOnTheWayOut, fits, gatheredFrom } from "./refragment.ts";
import { flowKey } from "./flow-key.ts";
import { redirectV6 } from "./redirect.ts";
import { refusedBehindOutput, routeInput, routeOutput, strangeGroup } from "./route.ts";
import type { Routed } from "./routed.ts";
import { answerWith } from "./run.ts";
import type { Run } from "./run.ts";
import { icmpError } from "./side-packets.ts";
import { newSkb } from "./skb.ts";
import { demuxEarly } from "./sockets.ts";
import { optionsProblem } from "./source-route.ts";
import type { RouteChoice, Skb } from "./skb.ts";
import type { FibError } from "../program/refusing-route.ts";
import { packetLength } from "../program/packet-bytes.ts";
import type { Packet } from "../program/packet.ts";
import { nameBystanders, outerOf } from "./tunnel.ts";
import type { Delivery, Reason, Verdict } from "./trace.ts";
import type { ChainVerdict, Dropped, SentOn } from "./verdict.ts";
import { ACCEPT, dropped } from "./verdict.ts";

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

/** What a bridge's port takes in is the bridge's to forward, or goes up to the stack (br_handle_frame_finish). */
function receive(run: Run): End {
  const bridged = bridgeFrame(run);
  switch (bridged.kind) {
    case "bridged":
      return { verdict: "accept", delivery: "bridged", reason: "route" };
    case "lost":
      return end(run, bridged.verdict);
    case "up":
      return bridged.routed === null ? receivedHere(run) : routeOn(run, bridged.routed);
    case "not-bridged":
      return receiveHere(run);
  }
}

/** ip_rcv: PREROUTING, then routing decides (net/ipv4/ip_input.c). */
function receiveHere(run: Run): End {
  const { skb } = run;
  if (skb.pktType === "otherhost") return end(run, dropped("pkttype", "the frame is addressed to another host"));
  const impossible = impossibleAddress(skb);
  if (impossible !== null) return end(run, dropped("martian", impossible));
  nameBystanders(run, "enters", skb.iif);
  const entered = walkDevice(run, "ingress", skb.iif);
  if (entered.kind !== "accept") return end(run, entered);
  const verdict = walkHook(run, "prerouting");
  return verdict.kind === "accept" ? receivedHere(run) : end(run, verdict);
}

/** ip_rcv_finish. */
function receivedHere(run: Run): End {
  const { skb } = run;
  const options = optionsProblem(run);
  if (options !== null) return end(run, options);
  // A packet that came round by lo has its route already.
  if (skb.iif === "lo" && skb.route !== null) {
    const { route } = skb;
    const strange = skb.family === "ip" && route.type === "multicast" ? strangeGroup(run, route.group) : null;
    return routeOn(run, strange ?? { kind: "choice", choice: route, redirect: false });
  }
  demuxEarly(run);
  return routeOn(run, routeInput(run));
}

/** dst_input: to this node or on to another. */
function routeOn(run: Run, routed: Routed): End {
  const { skb } = run;
  if (routed.kind === "drop") return notRouted(run, routed);
  skb.route = routed.choice;
  if (routed.choice.type !== "forward") return deliver(run);
  skb.oif = routed.choice.oif;
  return forward(run, routed);
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
  const route = found?.entry.route ?? null;
  skb.route = { type: route?.type === "broadcast" ? "broadcast" : type, oif, via: found?.nexthop?.via ?? null, route };
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
  "by-lo": { ip: null, ip6: [1, 0] },
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

/** ip_local_deliver: what conntrack has not put together is put together here; IPv6 does so behind INPUT only. */
function deliver(run: Run): End {
  const verdict = run.skb.family === "ip" ? gather(run, "deliver") : ACCEPT;
  return verdict.kind === "accept" ? input(run) : end(run, verdict);
}

function input(run: Run): End {
  const verdict = walkHook(run, "input");
  if (verdict.kind !== "accept") return end(run, verdict);
  nameBystanders(run, "delivered", null);
  return { verdict: "accept", delivery: "local", reason: "route" };
}

/** ip_forward (net/ipv4/ip_forward.c), ip6_forward: every check before FORWARD, in its order. */
function forward(run: Run, routed: Routed & { kind: "choice" }): End {
  const { skb } = run;
  if (skb.pktType !== "host") return end(run, dropped("pkttype", `a ${skb.pktType} frame is not forwarded`));
  if (skb.socket !== null)
    return end(run, dropped("socket", "the packet belongs to a local socket, but no rule delivers it locally"));
  if (skb.ttl <= 1) {
    const [type, code] = skb.family === "ip" ? [11, 0] : [3, 0];
    answer(run, type, code, "time exceeded");
    return end(run, dropped("ttl", `TTL is ${String(skb.ttl)}`));
  }
  const scope = scopeProblem(run);
  if (scope !== null) return end(run, scope);
  if (skb.family === "ip6") redirectV6(run);
  const refused = mtuProblem(run, routed.choice);
  if (refused !== null) return end(run, refused);
  if (routed.redirect) answer(run, 5, 1, "redirect");
  skb.ttl--;
  const verdict = walkHook(run, "forward");
  if (verdict.kind !== "accept") return end(run, verdict);
  // IPVS routes the answer of a server anew.
  if (skb.oifKnown) skb.oif = skb.route?.oif ?? null;
  return leave(run, "forward");
}

/** ip6_forward: a link-local source stays on its link. Sources are not looked at where the packet turns back. */
function scopeProblem(run: Run): Dropped | null {
  const { src, iif, oif } = run.skb;
  if (typeof src !== "bigint" || iif === oif) return null;
  if (src === 0n || src === 1n || src >> 120n === 0xffn) return dropped("martian", "the source is no unicast address");
  if (src >> 118n !== 0x3fan) return null;
  const what = "a link-local source is not forwarded";
  answer(run, 1, 2, what);
  return dropped("martian", what);
}

/** ip_exceeds_mtu, ip6_pkt_too_big: what may not be cut is refused before FORWARD. */
function mtuProblem(run: Run, choice: RouteChoice): Dropped | null {
  const { skb } = run;
  // IPv6 looks at the route's MTU only when the packet leaves (ip6_dst_mtu_maybe_forward).
  const mtu = mtuOf(run, skb.family === "ip" ? choice.route : null, choice.oif);
  return mayBeCut(skb) ? null : tooBig(run, mtu);
}

/** Only its sender cuts an IPv6 packet (`ignore_df`); of IPv4 what does not forbid it. */
function mayBeCut({ family, base, ignoreDf }: Skb): boolean {
  return ignoreDf || (family === "ip" && !base.dontFragment);
}

/** Refuses a packet that is larger than this. */
function tooBig(run: Run, mtu: number): Dropped | null {
  const { skb } = run;
  if (fits(skb, mtu)) return null;
  const [type, code] = skb.family === "ip" ? [3, 4] : [2, 0];
  answer(run, type, code, "fragmentation needed");
  return dropped("mtu", unfit(skb, mtu));
}

function unfit({ base, oif }: Skb, mtu: number): string {
  return `${String(packetLength(base))} bytes do not fit the MTU ${String(mtu)} of ${oif ?? "?"}`;
}

/** ip_local_out: the route is chosen before OUTPUT, and again where OUTPUT changed what it depends on. */
function send(run: Run): End {
  const { skb } = run;
  const routed = routeOutput(run, "output");
  if (routed.kind === "drop") return end(run, dropped(routed.reason, routed.what));
  skb.route = routed.choice;
  skb.oif = routed.choice.oif;
  const refused = refusedToItsSender(run);
  if (refused !== null) return end(run, refused);
  nameBystanders(run, "made", null);
  return pastOutput(run, walkHook(run, "output"), "sent");
}

/**
 * What is longer than its device's MTU is of a socket whose packets the kernel cuts behind POSTROUTING: no other gets so far, nor
 * does one that brings its own header (EMSGSIZE: ip_append_data, ip6_append_data, raw_send_hdrinc, rawv6_send_hdrinc).
 */
function refusedToItsSender(run: Run): Dropped | null {
  const { skb } = run;
  const mtu = mtuOf(run, null, skb.oif);
  if (fits(skb, mtu)) return null;
  skb.ignoreDf = skb.family === "ip6";
  return mayBeCut(skb) ? null : dropped("mtu", unfit(skb, mtu));
}

function pastOutput(run: Run, verdict: ChainVerdict | SentOn, delivery: "forward" | "sent"): End {
  const { skb } = run;
  if (verdict.kind !== "accept") return end(run, verdict);
  const refused = refusedBehindOutput(run);
  if (refused !== null) return notRouted(run, refused);
  if (skb.oifKnown && skb.route !== null) skb.oif = skb.route.oif;
  return leave(run, delivery);
}

/** IPVS sends the packet as if this node had made it: by OUTPUT, where there is no input device (ip_vs_nat_send_or_cont). */
function sendOn(run: Run, { inside }: SentOn): End {
  const { skb } = run;
  const { iif } = skb;
  const isForwarded = iif !== null && iif !== "lo";
  const delivery = isForwarded ? "forward" : "sent";
  if (inside !== null) return sendInside(run, inside, delivery);
  // The socket that waits for the old destination has nothing to do with the packet (ip_vs_drop_early_demux_sk).
  if (isForwarded) skb.socket = null;
  skb.iif = null;
  const verdict = walkHook(run, "output");
  // ip_output names the device again that the packet came in by.
  skb.iif = iif;
  return pastOutput(run, verdict, delivery);
}

/**
 * iptunnel_xmit: the packet that carries another one is made here and passes OUTPUT and POSTROUTING itself. It keeps the mark,
 * which does not route it, and belongs to no flow yet (skb_scrub_packet).
 */
function sendInside(run: Run, outer: Packet, delivery: "forward" | "sent"): End {
  const arrival: Arrival = { iif: null, physin: null, mark: 0, pktType: "host", smac: null, uid: null, gid: null };
  const skb = { ...newSkb(outer, arrival), socket: null, ipvs: run.skb.ipvs };
  const own: Run = { ...run, skb, frames: [], base: null, inside: [...run.inside, run.skb.oif ?? ""] };
  const routed = routeOutput(own, "output");
  let ended: End;
  if (routed.kind === "drop") ended = end(own, dropped(routed.reason, routed.what));
  else {
    skb.route = routed.choice;
    skb.oif = routed.choice.oif;
    skb.mark = run.skb.mark;
    ended = pastOutput(own, walkHook(own, "output"), delivery);
  }
  run.sets = own.sets;
  run.stage = own.stage;
  run.scheduled = own.scheduled;
  return ended.verdict === "accept" ? { ...ended, delivery } : ended;
}

/** POSTROUTING and the device: lo and a veth pair inside this namespace bring the packet back. */
function leave(run: Run, delivery: "forward" | "sent"): End {
  const verdict = walkHook(run, "postrouting");
  if (verdict.kind !== "accept") return end(run, verdict);
  const { skb } = run;
  run.left = true;
  const refused = cutToFit(run);
  if (refused !== null) return end(run, refused);
  if (staysOnItsNode(skb)) return end(run, dropped("martian", "a group of this node alone does not leave it"));
  const sent = walkDevice(run, "egress", skb.oif);
  if (sent.kind !== "accept") return end(run, sent);
  const lost = lostWithoutCarrier(run, skb.oif);
  if (lost !== null) return end(run, lost);
  if (skb.oif === "lo") return again(run, "lo");
  nameBystanders(run, "leaves", skb.oif);
  const tunnel = run.program.beyond.tunnels.get(skb.oif ?? "");
  if (tunnel !== undefined) return throughTunnel(run, tunnel, delivery);
  const peer = vethPeer(run, skb.oif);
  return peer === null ? { verdict: "accept", delivery, reason: "route" } : throughPair(run, peer, delivery);
}

/** veth_xmit: the packet comes in by the other end, as if from another host, but for its mark. */
function throughPair(run: Run, peer: string, delivery: "forward" | "sent"): End {
  const { skb } = run;
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

/** A tunnel device: the packet has left; the one around it goes on. */
function throughTunnel(run: Run, tunnel: Tunnel, delivery: "forward" | "sent"): End {
  if (run.inside.includes(tunnel.name)) return end(run, dropped("route", `${tunnel.name} would carry its own packets`));
  const outer = outerOf(run, tunnel);
  return outer === null ? { verdict: "accept", delivery, reason: "route" } : sendInside(run, outer, delivery);
}

/** ip_finish_output: cut where it must be; null: it may go. */
function cutToFit(run: Run): Dropped | null {
  const { skb } = run;
  const mtu = mtuOf(run, skb.route?.route ?? null, skb.oif);
  const refused = mayBeCut(skb) ? null : tooBig(run, mtu);
  if (refused === null) run.cut = cutOnTheWayOut(skb, mtu);
  return refused;
}

/** The other end of a veth pair, where it is in this namespace too. */
function vethPeer(run: Run, oif: string | null): string | null {
  const { links } = run.program;
  const peer = links.get(links.get(oif ?? "")?.peer ?? "");
  if (peer === undefined) return null;
  return peer.peer === oif ? peer.name : null;
}

function again(run: Run, iif: string): End {
  const { skb, cut } = run;
  if (++run.rounds > MOST_ROUNDS) return end(run, { kind: "unknown", what: ENDLESS, reason: "limit" });
  if (cut !== null && !isPutTogetherAgain(run)) {
    return end(run, { kind: "unknown", what: `comes back in by ${iif} as ${String(cut.length)} fragments` });
  }
  if (cut !== null) skb.gathered = gatheredFrom(skb, cut);
  run.cut = null;
  skb.iif = iif;
  skb.oif = null;
  // loopback_xmit, skb_scrub_packet
  skb.socket = null;
  if (iif !== "lo") skb.physin = null;
  return receive(run);
}

/** As often as the largest TTL lets it be forwarded: who comes back in once more has a rule that raises the TTL again. */
const MOST_ROUNDS = 255;
const ENDLESS = "comes back in without end";

/** The fragments of one packet come back in at once. IPv6 lets those of a known flow pass one by one (ipv6_defrag). */
function isPutTogetherAgain({ family, skb }: Run): boolean {
  return family.hooks.prerouting.some(({ kind }) => kind === "defrag") && (skb.family === "ip" || skb.ct === null);
}

/** Ends a walk that did not get through, or that IPVS goes on with. */
function end(run: Run, verdict: Exclude<ChainVerdict | SentOn, { kind: "accept" }>): End {
  switch (verdict.kind) {
    case "drop":
      if (verdict.what !== null)
        run.steps.push({ kind: "drop", hook: run.hook, reason: verdict.reason, what: verdict.what });
      return { verdict: "drop", delivery: "none", reason: verdict.reason };
    case "sent-on":
      return sendOn(run, verdict);
    case "reject":
      return { verdict: "reject", delivery: "none", reason: "rule" };
    case "queue":
      return { verdict: "queue", delivery: "none", reason: "queue" };
    case "unknown":
      run.steps.push({ kind: "note", what: verdict.what });
      return { verdict: "unknown", delivery: "none", reason: verdict.reason ?? "extension" };
  }
}
