import type { Address, Prefix } from "../base/address.ts";
import { bitsOf, familyOf, inNet, netOf, zeroOf } from "../base/address.ts";
import type { InterfaceAddress, Link, RouteType } from "../model/routing.ts";
import { fibLookup } from "./fib.ts";
import { needsLink, staysOnItsLink } from "./ip6-header.ts";
import { PROTO } from "../program/protocol.ts";
import type { FibError } from "../program/refusing-route.ts";
import type { FibResult, FlowKey } from "./fib.ts";
import { ask, factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { V4_NETS } from "./special-addresses.ts";
import type { RouteChoice, RouteTarget, Skb } from "./skb.ts";
import type { Reason, Step } from "./trace.ts";

/** Where a packet goes, or why nowhere. */
export type Routed =
  | {
      readonly kind: "choice";
      readonly choice: RouteChoice;
      /** The kernel tells the sender of a better next hop. */ readonly redirect: boolean;
    }
  | { readonly kind: "drop"; readonly reason: Reason; readonly what: string; readonly error: FibError | null };

type Why = (Step & { kind: "route" })["why"];

export function flowKey(skb: Skb, over: Partial<FlowKey>): FlowKey {
  return {
    src: skb.src,
    dst: skb.dst,
    iif: skb.iif ?? "lo",
    oif: null,
    dev: over.oif ?? null,
    near: null,
    anyLink: false,
    tos: skb.tos,
    mark: skb.mark,
    uid: skb.uid ?? 0,
    proto: skb.base.proto,
    sport: skb.sport ?? 0,
    dport: skb.dport ?? 0,
    ...over,
  };
}

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
  return { kind: "choice", choice, redirect: type === "forward" && redirects(run, iif, oif, via) };
}

/** __mkroute_input: back out of the device that it came in by, from a neighbour who could reach the next hop itself. */
function redirects(run: Run, iif: string, oif: string | null, via: Address | null): boolean {
  const { program, skb } = run;
  if (oif !== iif || !program.sysctl.either("ipv4", iif, "send_redirects", 1)) return false;
  const link = program.links.get(iif);
  if (link === undefined || !isNeighbour(run, iif)) return false;
  const next = via ?? skb.dst;
  const onLink = (prefix: Prefix): boolean => inNetOf(prefix, skb.src) && inNetOf(prefix, next);
  return (
    program.sysctl.either("ipv4", iif, "shared_media", 1) ||
    addressesOf(link, skb.src).some(({ prefix }) => onLink(prefix))
  );
}

/** The source is reached by this device without a gateway (the scope of the reverse route's next hop is `host`). */
function isNeighbour(run: Run, iif: string): boolean {
  const key = reverseKey(run.skb, { iif, mark: 0 });
  const back = fibLookup(run, key);
  if (back.kind === "error") return false;
  // Where the way back is another one, only routes by this device are asked (__fib_validate_source).
  const here = usesDevice(back, iif) ? back : fibLookup(run, { ...key, oif: iif, dev: iif });
  return here.kind === "route" && here.entry.route.nexthops.some((hop) => hop.dev === iif && hop.via === null);
}

/** What fib_validate_source is told of where a packet goes. */
interface Going {
  /** Null: it stays here. */
  readonly oif: string | null;
  readonly dst: Address;
}

/** Broadcasts and groups are asked about without their address (ip_mc_validate_source, brd_input of ip_route_input_slow). */
const TO_MANY: Going = { oif: null, dst: zeroOf("ip") };

/** fib_validate_source: the reverse path filter and the check that a source is not an address of this node. */
function sourceRefused(run: Run, iif: string, going: Going): Routed | null {
  if (iif === "lo") return null;
  const { sysctl } = run.program;
  const rpf = sysctl.max("ipv4", iif, "rp_filter", 0);
  const acceptLocal = sysctl.either("ipv4", iif, "accept_local", 0);
  const redirecting = going.oif === iif && sysctl.either("ipv4", iif, "send_redirects", 1);
  // Without custom rules the kernel only compares with its own addresses.
  if (rpf === 0 && !redirecting && run.family.fib.maybeMerged) {
    return acceptLocal || !isAddressOfDevice(run, run.skb.src)
      ? null
      : drop("martian", "source is an address of this node");
  }
  return sourceRefusedByRoute(run, { ...going, iif, rpf, acceptLocal });
}

interface SourceCheck extends Going {
  readonly iif: string;
  /** Effective rp_filter: 0 off, 1 strict, 2 loose. */
  readonly rpf: number;
  readonly acceptLocal: boolean;
}

/** __fib_validate_source: the route that an answer would take, with the input device's place taken by the output's. */
function sourceRefusedByRoute(run: Run, { iif, oif, dst, rpf, acceptLocal }: SourceCheck): Routed | null {
  const { skb, program } = run;
  const mark = program.sysctl.either("ipv4", iif, "src_valid_mark", 0) ? skb.mark : 0;
  const result = fibLookup(run, reverseKey(skb, { src: dst, iif: oif ?? "lo", mark }));
  const mode = `rp_filter ${String(rpf)} on ${iif}`;
  if (result.kind === "error") {
    return rpf !== 0 && run.family.fib.complete ? drop("rp_filter", `no route back to the source (${mode})`) : null;
  }
  const martian = martianSource(result.entry.route.type, acceptLocal);
  if (martian !== null) return drop("martian", martian);
  if (rpf === 0 || usesDevice(result, iif)) return null;
  if (rpf === 2 && !isAddressless(run, iif)) return null;
  const dev = result.nexthop?.dev ?? "no device";
  return drop("rp_filter", `the route back to the source leaves by ${dev}, not ${iif} (${mode})`);
}

function martianSource(type: RouteType, acceptLocal: boolean): string | null {
  if (type === "local") return acceptLocal ? null : "source is an address of this node";
  return type === "unicast" ? null : `source is a ${type} address`;
}

/** The flow as its answer would be looked up. */
function reverseKey(skb: Skb, over: Pick<FlowKey, "iif" | "mark"> & Partial<Pick<FlowKey, "src">>): FlowKey {
  return flowKey(skb, { src: skb.dst, dst: skb.src, sport: skb.dport ?? 0, dport: skb.sport ?? 0, uid: 0, ...over });
}

/** A device without addresses is held to strict filtering even where it is loose. */
function isAddressless(run: Run, iif: string): boolean {
  const link = run.program.links.get(iif);
  return link !== undefined && addressesOf(link, 0).length === 0;
}

/** fib_info_nh_uses_dev: any next hop of the route. */
function usesDevice(result: FibResult & { kind: "route" }, dev: string): boolean {
  return result.entry.route.nexthops.some((hop) => hop.dev === dev);
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
  if (why === "output") return byTables(run, why, { dst: dst === 0n ? 1n : dst, oif: boundTo });
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

function drop(reason: Reason, what: string): Routed & { kind: "drop" } {
  return { kind: "drop", reason, what, error: null };
}

/** Has a device this very address (inet_lookup_ifaddr_rcu)? What the local table holds as a network, 127.0.0.0/8, is none. */
function isAddressOfDevice({ family }: Run, address: Address): boolean {
  const entries = family.fib.tables.get("local")?.lookup(address) ?? [];
  return entries.some(({ route, length }) => route.type === "local" && length === bitsOf(address));
}

/** Is this address in the local table (inet_addr_type)? */
export function isLocalAddress(run: Run, address: Address): boolean {
  const local = run.family.fib.tables.get("local");
  if (local === undefined) return false;
  for (const entry of local.lookup(address)) if (entry.route.type === "local") return true;
  return false;
}

function addressesOf(link: Link, like: Address): readonly InterfaceAddress[] {
  return link.addresses.filter(({ prefix }) => familyOf(prefix.address) === familyOf(like));
}

function inNetOf(prefix: Prefix, address: Address): boolean {
  return inNet(address, netOf(prefix));
}
