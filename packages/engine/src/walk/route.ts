import type { Address } from "../base/address.ts";
import { inNet } from "../base/address.ts";
import type { RouteType } from "../model/routing.ts";
import { fibLookup } from "./fib.ts";
import { flowKey, fromDevice } from "./flow-key.ts";
import { needsLink, staysOnItsLink } from "./ip6-header.ts";
import { PROTO } from "../program/protocol.ts";
import type { FibError } from "../program/refusing-route.ts";
import type { FibResult, FlowKey } from "./fib.ts";
import { redirectsV4 } from "./redirect.ts";
import { drop } from "./routed.ts";
import type { Routed } from "./routed.ts";
import { ask, factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { sourceRefused, TO_MANY } from "./source-check.ts";
import { V4_NETS } from "./special-addresses.ts";
import type { RouteChoice, RouteTarget } from "./skb.ts";
import type { Step } from "./trace.ts";

type Why = (Step & { kind: "route" })["why"];

const LIMITED_BROADCAST = 0xffff_ffff;

/** ip_route_input_slow (net/ipv4/route.c); IPv6: ip6_route_input, which has no source checks. */
export function routeInput(run: Run): Routed {
  const { skb } = run;
  const iif = skb.iif ?? "lo";
  if (skb.family === "ip6") return routeInput6(run, iif);
  const martian = martianOf(run, iif);
  if (martian !== null) return drop("martian", martian);
  if (inNet(skb.dst, V4_NETS.multicast)) return routeMulticast(run, iif);
  if (skb.dst === LIMITED_BROADCAST) return broadcast(run, iif, null);
  const result = fibLookup(run, flowKey(skb, { iif, uid: 0 }));
  if (result.kind === "error") {
    const routed = inputError(run, result);
    // ip_error: nobody is told where the input device does not forward.
    return routed.kind !== "drop" || forwards(run, iif) ? routed : notForwarding(iif);
  }
  const { type } = result.entry.route;
  if (type === "broadcast") return broadcast(run, iif, result);
  if (type === "local") return validated(run, iif, result, "local");
  if (type !== "unicast") return drop("martian", "destination of a type that is not forwarded");
  if (forwards(run, iif)) return validated(run, iif, result, "forward");
  pushRoute(run, "input", result, "none", null);
  return notForwarding(iif);
}

function forwards(run: Run, iif: string): boolean {
  const told = run.program.sysctl.forwards(run.skb.family, iif);
  return typeof told === "boolean" ? told : ask(run, factQuestion(told.what, told.why, true));
}

function notForwarding(iif: string): Routed {
  return drop("forwarding", `net.ipv4.conf.${iif}.forwarding is 0`);
}

export function isLoopback(address: Address): boolean {
  return inNet(address, V4_NETS.loopback);
}

/** The addresses that no packet from outside may have: ip_route_input_slow's first tests. */
function martianOf(run: Run, iif: string): string | null {
  const { src, dst } = run.skb;
  if (inNet(src, V4_NETS.multicast) || src === 0xffff_ffff) return "source is multicast or broadcast";
  if (src === 0 && dst !== 0xffff_ffff && !inNet(dst, V4_NETS.multicast)) return "source is 0.0.0.0";
  if (dst === 0) return "destination is 0.0.0.0";
  if (iif === "lo" || dst === LIMITED_BROADCAST) return null;
  const localnet = run.program.sysctl.either("ipv4", iif, "route_localnet", 0);
  if (!localnet && inNet(dst, V4_NETS.loopback)) return `destination is loopback and route_localnet is 0 on ${iif}`;
  if (!localnet && inNet(src, V4_NETS.loopback)) return `source is loopback and route_localnet is 0 on ${iif}`;
  return null;
}

/** No multicast router: delivered where the node has joined the group, else dropped (ip_route_input_mc). */
function routeMulticast(run: Run, iif: string): Routed {
  return strangeGroup(run, run.skb.dst) ?? multicastSourceRefused(run, iif) ?? toGroup(run, "input", null);
}

/** Sent to a group of IPv4 that this node is no member of: also where it comes round by lo (RTCF_LOCAL, __mkroute_output). Null: it is one. */
export function strangeGroup(run: Run, group: Address): (Routed & { kind: "drop" }) | null {
  const isMember =
    group === 0xe000_0001 ||
    ask(run, factQuestion("this node is a member of the multicast group", "no dump of multicast memberships", false));
  return isMember ? null : drop("route", "not a member of the multicast group");
}

/** ip_mc_validate_source: without an address only what stays on the link, and IGMP. */
function multicastSourceRefused(run: Run, iif: string): Routed | null {
  const { src, dst, base } = run.skb;
  if (src !== 0) return sourceRefused(run, iif, TO_MANY);
  return inNet(dst, V4_NETS.localMulticast) || base.proto === PROTO.igmp ? null : drop("martian", "source is 0.0.0.0");
}

/** To a multicast group, or sent to every host of a link: no table is asked. */
function toGroup(run: Run, why: Why, oif: string | null): Routed {
  const { dst } = run.skb;
  return withoutTable(run, { why, oif, ...(dst === LIMITED_BROADCAST ? TO_ALL : { type: "multicast", group: dst }) });
}

const TO_ALL = { type: "broadcast" } as const;

/** A choice that no table was asked for. */
function withoutTable(
  run: Run,
  { why, oif, ...target }: RouteTarget & Pick<Step & { kind: "route" }, "why" | "oif">,
): Routed {
  run.steps.push({ kind: "route", why, rule: null, table: null, route: null, result: target.type, oif, via: null });
  return { kind: "choice", choice: { ...target, oif, via: null, route: null }, redirect: false };
}

function broadcast(run: Run, iif: string, result: (FibResult & { kind: "route" }) | null): Routed {
  const refused = run.skb.src === 0 ? null : sourceRefused(run, iif, TO_MANY);
  pushRoute(run, "input", result, "broadcast", null);
  if (refused !== null) return refused;
  const route = result?.entry.route ?? null;
  return { kind: "choice", choice: { type: "broadcast", oif: null, via: null, route }, redirect: false };
}

function inputError(run: Run, result: FibResult & { kind: "error" }): Routed {
  if (result.rule === null && !run.family.fib.complete) return unknownRoute(run);
  pushError(run, "input", result);
  return { kind: "drop", reason: "route", what: ERROR_WORDS[result.error], error: result.error };
}

const SHOWN = {
  "net-unreachable": "none",
  "host-unreachable": "unreachable",
  prohibited: "prohibit",
  blackhole: "blackhole",
  "by-lo": "unreachable",
} as const;

/** The step of a lookup that ended without a route. */
function pushError(run: Run, why: Why, result: FibResult & { kind: "error" }): void {
  const { rule, table, route, error } = result;
  run.steps.push({ kind: "route", why, rule, table, route, result: SHOWN[error], oif: null, via: null });
}

const BY_LO = "a route by lo refuses";

const ERROR_WORDS: Readonly<Record<FibError, string>> = {
  "net-unreachable": "no route",
  "host-unreachable": "unreachable route",
  prohibited: "prohibited route",
  blackhole: "blackhole route",
  "by-lo": BY_LO,
};

const DESTINATION_IS_OURS = factQuestion(
  "the destination is an address of this node",
  "no ip addr and no route dump",
  false,
);

/** No route dump: the packet may be for this node or leave by any device. */
function unknownRoute(run: Run): Routed {
  const { skb } = run;
  // Listed addresses have local routes, and none of them answered.
  const local = !run.program.hasLinks && ask(run, DESTINATION_IS_OURS);
  skb.oifKnown = local;
  return withoutTable(run, { why: "input", type: local ? "local" : "forward", oif: null });
}

function validated(run: Run, iif: string, result: FibResult & { kind: "route" }, type: "local" | "forward"): Routed {
  const { entry, nexthop } = result;
  const oif = type === "local" ? null : (nexthop?.dev ?? null);
  const via = nexthop?.via ?? null;
  pushRoute(run, "input", result, type, oif);
  const refused = sourceRefused(run, iif, { oif, dst: run.skb.dst });
  if (refused !== null) return refused;
  const choice: RouteChoice = { type, oif, via, route: entry.route };
  return { kind: "choice", choice, redirect: type === "forward" && redirectsV4(run, iif, oif, via) };
}

/** ip6_route_input and ip6_forward's sysctl. */
function routeInput6(run: Run, iif: string): Routed {
  const { skb } = run;
  if (typeof skb.dst === "bigint" && skb.dst >> 120n === 0xffn) return routeMulticast6(run, iif);
  const strict = typeof skb.dst === "bigint" && staysOnItsLink(skb.dst);
  // rt6_score_route: case routing/v6-equal-routes-prefer-the-input-device
  const near = { dev: iif, among: "metric" } as const;
  const result = fibLookup(run, flowKey(skb, { iif, uid: 0, dev: strict ? iif : null, near }));
  if (result.kind === "error") return inputError(run, result);
  const type = result.entry.route.type === "local" || result.entry.route.type === "anycast" ? "local" : "forward";
  const oif = type === "local" ? null : (result.nexthop?.dev ?? null);
  const via = result.nexthop?.via ?? null;
  pushRoute(run, "input", result, type, oif);
  if (type === "forward" && !forwards(run, iif)) {
    return drop("forwarding", "net.ipv6.conf.all.forwarding is 0");
  }
  return { kind: "choice", choice: { type, oif, via, route: result.entry.route }, redirect: false };
}

const ALL_NODES = (0xff02n << 112n) | 1n;
const ALL_ROUTERS: ReadonlySet<Address> = new Set([(0xff02n << 112n) | 2n, (0xff05n << 112n) | 2n]);

/** ip6_mc_input: groups that every node joins, or every router (addrconf_join_…); others only where joined. */
function routeMulticast6(run: Run, iif: string): Routed {
  const { skb } = run;
  const joined =
    skb.dst === ALL_NODES ||
    (ALL_ROUTERS.has(skb.dst) && forwards(run, iif)) ||
    ask(run, factQuestion("this node is a member of the multicast group", "no dump of multicast memberships", true));
  return joined ? toGroup(run, "input", null) : drop("route", "not a member of the multicast group");
}

/** ip_route_output_key_hash_rcu for a packet that has its source already; ip6_route_output. */
export function routeOutput(run: Run, why: "output" | "reroute"): Routed {
  if (run.skb.family === "ip6") return routeOutput6(run, why);
  return specialOutput(run, why) ?? loopbackKept(run, byTables(run, why, {}));
}

/** rawv6_sendmsg, ip6_route_me_harder. */
function routeOutput6(run: Run, why: "output" | "reroute"): Routed {
  const { dst, boundTo, oifKnown, route } = run.skb;
  // What is made for :: is looked up for ::1; nobody thinks of that again.
  if (why === "output") return byTables(run, why, fromDevice(boundTo, dst === 0n && boundTo === null ? 1n : dst));
  if (!needsLink(dst)) return byTables(run, why, {});
  // It stays on the link that it was to leave by.
  return oifKnown
    ? byTables(run, why, { oif: route?.oif ?? null })
    : withoutTable(run, { why, type: "forward", oif: null });
}

/** Where the tables lead a packet that is made here. */
function byTables(run: Run, why: "output" | "reroute", over: Partial<FlowKey>): Routed {
  const result = fibLookup(run, flowKey(run.skb, { iif: "lo", ...over }));
  if (result.kind === "error") return outputError(run, why, result);
  const { route } = result.entry;
  const dev = result.nexthop?.dev ?? null;
  const type = outputType(route.type, dev);
  const oif = type === "local" ? "lo" : dev;
  const via = result.nexthop?.via ?? null;
  run.steps.push({ kind: "route", why, rule: result.rule, table: result.table, route, result: type, oif, via });
  return { kind: "choice", choice: { type, oif, via, route }, redirect: false };
}

/** __mkroute_output. */
function loopbackKept({ skb, program: { sysctl } }: Run, routed: Routed): Routed {
  const oif = routed.kind === "choice" ? routed.choice.oif : null;
  if (oif === null || oif === "lo" || !isLoopback(skb.src)) return routed;
  return sysctl.either("ipv4", oif, "route_localnet", 0)
    ? routed
    : drop("martian", `a loopback source does not leave by ${oif}: route_localnet is 0`);
}

/**
 * The device of an anycast address's route is lo, whatever a listing says (ip6_rt_get_dev_rcu); what a program sends by lo, by whatever
 * route, is for this node (RTCF_LOCAL, __mkroute_output).
 */
function outputType(type: RouteType, dev: string | null): "local" | "broadcast" | "forward" {
  if (type === "broadcast") return "broadcast";
  return type === "local" || type === "anycast" || dev === "lo" ? "local" : "forward";
}

function outputError(run: Run, why: "output" | "reroute", result: FibResult & { kind: "error" }): Routed {
  if (result.rule === null && !run.family.fib.complete) {
    run.skb.oifKnown = false;
    return withoutTable(run, { why, type: "forward", oif: null });
  }
  pushError(run, why, result);
  const { error, route } = result;
  if (error !== "by-lo") return drop("route", ERROR_WORDS[error]);
  return { kind: "choice", choice: { type: "refused", oif: "lo", via: null, route }, redirect: false };
}

/** A route that takes no packet is one until OUTPUT is passed; null: it is none such. */
export function refusedBehindOutput({ skb }: Run): (Routed & { kind: "drop" }) | null {
  return skb.route?.type === "refused" ? { ...drop("route", BY_LO), error: "by-lo" } : null;
}

/**
 * Destinations of IPv4 that no table is asked for: this host itself, and groups, which the device with the source reaches; that is the
 * local table's device for addresses that no device has, of 127.0.0.0/8 mostly (__ip_dev_find).
 */
function specialOutput(run: Run, why: "output" | "reroute"): Routed | null {
  const { src, dst } = run.skb;
  if (dst === 0) {
    return withoutTable(run, { why, type: "local", oif: "lo" });
  }
  if (dst !== LIMITED_BROADCAST && !inNet(dst, V4_NETS.multicast)) return null;
  for (const link of run.program.links.values()) {
    if (link.addresses.some(({ prefix }) => prefix.address === src)) return toGroup(run, why, link.name);
  }
  const local = run.family.fib.tables.get("local")?.lookup(src)[0]?.route;
  if (local?.type === "local") return toGroup(run, why, local.nexthops[0]?.dev ?? null);
  return run.program.hasLinks ? drop("route", "source is no address of this node") : null;
}

function pushRoute(
  run: Run,
  why: "input",
  result: (FibResult & { kind: "route" }) | null,
  shown: (Step & { kind: "route" })["result"],
  oif: string | null,
): void {
  const via = result?.nexthop?.via ?? null;
  run.steps.push({
    kind: "route",
    why,
    rule: result?.rule ?? null,
    table: result?.table ?? null,
    route: result?.entry.route ?? null,
    result: shown,
    oif,
    via,
  });
}
