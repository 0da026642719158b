import type { Family } from "../base/address.ts";
import { lostWithoutCarrier } from "./carrier.ts";
import { packetLength } from "../program/packet-bytes.ts";
import { walkHook } from "./hook.ts";
import { mtuOf } from "./mtu.ts";
import { cutOnTheWayOut, fits } from "./refragment.ts";
import { routeInput } from "./route.ts";
import type { Routed } from "./routed.ts";
import { answerWith, ask, factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { icmpError } from "./side-packets.ts";
import { dropped } from "./verdict.ts";
import type { ChainVerdict, Dropped, SentOn } from "./verdict.ts";

/** What a bridge makes of a packet. */
type Bridging =
  /** It came by no port, or no rule is called for it there: it goes up to the stack like any other. */
  | { readonly kind: "not-bridged" }
  /** It has been through PREROUTING already; `routed`: with a new destination, which was routed at once. */
  | { readonly kind: "up"; readonly routed: Routed | null }
  | { readonly kind: "bridged" }
  | { readonly kind: "lost"; readonly verdict: Exclude<ChainVerdict | SentOn, { kind: "accept" }> };

const SETTINGS: Readonly<Record<Family, string>> = {
  ip: "net.bridge.bridge-nf-call-iptables",
  ip6: "net.bridge.bridge-nf-call-ip6tables",
};

/** br_handle_frame_finish, and br_netfilter where it calls the rules (net/bridge/br_netfilter_hooks.c). */
export function bridgeFrame(run: Run): Bridging {
  const { skb, program } = run;
  const bridge = skb.iif;
  if (skb.physin === null || bridge === null) return { kind: "not-bridged" };
  if (skb.pktType !== "host" && skb.pktType !== "otherhost")
    note(run, `copies of the frame leave by the other ports of ${bridge}`);
  const called = program.sysctl.number(SETTINGS[skb.family], 1) !== 0 || callsByItself(run, bridge);
  if (called) return bridgeThroughHooks(run, bridge);
  if (skb.pktType === "otherhost") return bridgeSilently(run, bridge);
  // Nobody remembers the port.
  skb.physin = null;
  return { kind: "not-bridged" };
}

/** `nf_call_iptables` of the bridge itself, which `ip -d link` shows, is enough. */
function callsByItself({ program, skb }: Run, bridge: string): boolean {
  const option = skb.family === "ip" ? "nf_call_iptables 1" : "nf_call_ip6tables 1";
  return program.links.get(bridge)?.details?.some((line) => ` ${line} `.includes(` ${option} `)) === true;
}

function bridgeSilently(run: Run, bridge: string): Bridging {
  const { skb } = run;
  const port = portFor(run, bridge, skb.physin);
  if (port === null) return noPort(bridge);
  note(run, `what is bridged goes on to ${port} without meeting a rule: ${SETTINGS[skb.family]} is 0`);
  skb.physin = null;
  skb.physout = port;
  return sendBy(run, port);
}

/** br_nf_pre_routing, br_nf_forward_ip, br_nf_post_routing: the bridge is both the input and the output device. */
function bridgeThroughHooks(run: Run, bridge: string): Bridging {
  const { skb } = run;
  const { dst } = skb;
  skb.isForOther = skb.pktType === "otherhost";
  // The rules are not told (setup_pre_routing).
  if (skb.isForOther) skb.pktType = "host";
  const before = walkHook(run, "prerouting");
  if (before.kind !== "accept") return { kind: "lost", verdict: before };
  const up = skb.dst === dst ? (skb.isForOther ? null : UP) : routedUp(run, bridge);
  if (up !== null) return up;
  const port = portFor(run, bridge, skb.physin);
  if (port === null) return noPort(bridge);
  skb.oif = bridge;
  skb.physout = port;
  for (const hook of ["forward", "postrouting"] as const) {
    const verdict = walkHook(run, hook);
    if (verdict.kind !== "accept") return { kind: "lost", verdict };
  }
  run.left = true;
  return sendBy(run, port);
}

const UP: Bridging = { kind: "up", routed: null };

/**
 * br_nf_pre_routing_finish: a new destination behind the same bridge is bridged, even where the frame was the bridge's own
 * (null); any other is routed.
 */
function routedUp(run: Run, bridge: string): Bridging | null {
  const { skb } = run;
  const routed = routeInput(run);
  if (routed.kind === "choice" && routed.choice.type === "forward" && routed.choice.oif === bridge) return null;
  // br_nf_pre_routing_finish_ipv6: nobody is told.
  if (routed.kind === "drop" && skb.family === "ip6")
    return { kind: "lost", verdict: dropped(routed.reason, routed.what) };
  return { kind: "up", routed };
}

/**
 * The port that the frame leaves by. Which one its address is behind no dump tells: each port is a way of its own, and a
 * frame whose address nobody has learned goes all of them.
 */
function portFor(run: Run, bridge: string, from: string | null): string | null {
  const ports = [...run.program.links.values()].filter(
    ({ name, master, flags }) =>
      master === bridge && name !== from && flags.includes("UP") && !flags.includes("NO-CARRIER"),
  );
  const last = ports.at(-1)?.name ?? null;
  const why = "no dump of the bridge's forwarding database";
  const what = (port: string): string => `the frame leaves by ${port}, a port of ${bridge}`;
  for (const { name } of ports.slice(0, -1)) if (ask(run, factQuestion(what(name), why, true))) return name;
  if (last !== null) run.assumed.push({ what: what(last), assumed: true, why });
  return last;
}

function noPort(bridge: string): Bridging {
  return { kind: "lost", verdict: dropped("route", `the bridge ${bridge} has no other port that is up`) };
}

/** br_nf_dev_queue_xmit, br_dev_queue_push_xmit: what does not fit is cut, or lost without a word. */
function sendBy(run: Run, port: string): Bridging {
  const lost = tooLarge(run, port) ?? lostWithoutCarrier(run, port);
  return lost === null ? { kind: "bridged" } : { kind: "lost", verdict: lost };
}

function tooLarge(run: Run, port: string): Dropped | null {
  const { skb } = run;
  const mtu = mtuOf(run, null, port);
  const mayBeCut = skb.family === "ip" && !skb.base.dontFragment && skb.physin !== null;
  if (!mayBeCut && !fits(skb, mtu)) {
    // Of both families only IPv6 has its own fragmentation called, which answers (nf_ipv6_ops).
    if (skb.family === "ip6" && skb.physin !== null) answerTooBig(run);
    return dropped("mtu", `the frame does not fit the MTU ${String(mtu)} of ${port}`);
  }
  const isLarge = packetLength(skb.base) > Math.min(mtu, skb.gathered?.largest ?? mtu);
  run.cut = isLarge ? cutOnTheWayOut(skb, mtu) : null;
  return null;
}

function answerTooBig(run: Run): void {
  const packet = icmpError(run, 2, 0);
  if (packet !== null) answerWith(run, "icmp", packet, "fragmentation needed");
}

function note(run: Run, what: string): void {
  run.steps.push({ kind: "note", what });
}
