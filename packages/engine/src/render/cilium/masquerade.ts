import type { Address, AddressMask, Family, Prefix } from "../../base/address.ts";
import { hostNet, inNet, netOf, printAddress } from "../../base/address.ts";
import type { NodeRoute } from "../../desired/node-facts.ts";
import type { Route } from "../../model/routing.ts";
import type { Negatable } from "../../model/ruleset.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ACCEPT, RETURN } from "../iptables/spec.ts";
import { ownRoutes } from "../node/node-snapshot.ts";
import type { CiliumContext } from "./context.ts";
import { HOST_DEVICE } from "./context.ts";
import { MARK } from "./marks.ts";
import { NODE_SETS, needsNodeSet } from "./node-set.ts";
import type { CiliumWriter } from "./writer.ts";
import { device } from "./writer.ts";

const ANY_CILIUM_DEVICE = "cilium_+";
const CHAIN = "CILIUM_POST_nat";
const LOOPBACK: Readonly<Record<Family, Address>> = { ip: 0x7f00_0001, ip6: 1n };

/** What masquerading by iptables needs to know; without one of these the agent does not get so far. */
export interface Masquerade {
  readonly hostIP: Address;
  /** Null where no rule asks for it: see `masqueradesByPodNetwork`. */
  readonly podCIDR: Prefix | null;
  /** pkg/datapath RemoteSNATDstAddrExclusionCIDRv4. */
  readonly notMasqueraded: Prefix;
}

/** pkg/datapath/iptables installMasqueradeRules. */
export function writeMasquerade(writer: CiliumWriter, known: Masquerade): void {
  const { config, has, delivery } = writer.context;
  const { hostIP, podCIDR } = known;
  const isCurrent = has("masqueradeBySource");
  const snat = writer.target("SNAT", { "to-source": printAddress(hostIP) });
  const add = (comment: string, spec: RuleSpec): void => {
    writer.append(CHAIN, { ...spec, matches: [...(spec.matches ?? []), writer.comment(comment)] });
  };
  if (needsNodeSet(writer.context)) writeNodeExclusion(writer, known);
  if (followsRoutes(writer.context)) writeRouteSources(writer, known);
  else writeEgress(writer, known);
  if (!isCurrent)
    add(`exclude non-${HOST_DEVICE} traffic from masquerade`, { oif: device(delivery, true), target: RETURN });
  add(`exclude proxy return traffic from ${isCurrent ? "masquerade" : "masquarade"}`, {
    matches: [writer.match("mark", { mark: MARK.fromProxy })],
    target: ACCEPT,
  });
  if (config.tunnel !== null && podCIDR !== null) {
    add("cilium host->cluster masquerade", {
      src: net(isCurrent ? netOf(podCIDR) : hostNet(hostIP), true),
      dst: net(netOf(podCIDR), true),
      oif: device(HOST_DEVICE),
      target: snat,
    });
  }
  const loopback = LOOPBACK[writer.family.family];
  add(`cilium host->cluster from ${printAddress(loopback)} masquerade`, {
    src: net(hostNet(loopback)),
    oif: device(delivery),
    target: snat,
  });
  if (config.endpointRoutes) return;
  add("hairpin traffic that originated from a local pod", {
    oif: device(delivery),
    matches: [writer.match("mark", { mark: MARK.identity }), writer.match("conntrack", { ctstate: "DNAT" })],
    target: snat,
  });
}

/** Devices as they stand behind `-o`: one rule for each, or (before 1.17) all of them as one name. */
export function masqueradeDevices({ config, has }: CiliumContext): readonly string[] {
  const { masqueradeInterfaces: names } = config;
  return has("masqueradePerInterface") || names.length === 0 ? names : [names.join(",")];
}

/**
 * Does a rule ask for the node's pod network? A node with addresses of a cloud's has none (the agent makes one up, of whatever address it
 * finds first), and names masquerading devices instead.
 */
export function masqueradesByPodNetwork(context: CiliumContext): boolean {
  const { config, has } = context;
  if (config.masqueradeInterfaces.length === 0 || config.tunnel !== null) return true;
  return (needsNodeSet(context) && !has("nodeSetByInterface")) || followsRoutes(context);
}

/** `enable-masquerade-to-route-source`. */
function followsRoutes({ config, has }: CiliumContext): boolean {
  return config.masqueradeToRouteSource && has("routeSource");
}

/** `-o DEV` for each, where devices are named; else the pod network decides. */
function bySource(podCIDR: Prefix | null, names: readonly string[]): readonly RuleSpec[] {
  if (names.length === 0) return podCIDR === null ? [] : [{ src: net(netOf(podCIDR)) }];
  return names.map((name): RuleSpec => ({ oif: device(name) }));
}

function writeNodeExclusion(writer: CiliumWriter, { podCIDR }: Masquerade): void {
  const names = writer.context.has("nodeSetByInterface") ? masqueradeDevices(writer.context) : [];
  for (const spec of bySource(podCIDR, names)) {
    writer.append(CHAIN, {
      ...spec,
      matches: [
        writer.match("set", { "match-set": `${NODE_SETS[writer.family.family]} dst` }),
        writer.comment("exclude traffic to cluster nodes from masquerade"),
      ],
      target: ACCEPT,
    });
  }
}

function writeEgress(writer: CiliumWriter, { podCIDR, notMasqueraded }: Masquerade): void {
  const names = masqueradeDevices(writer.context);
  const target = writer.target("MASQUERADE", randomFully(writer));
  for (const spec of bySource(podCIDR, names)) {
    writer.append(CHAIN, {
      ...spec,
      dst: net(netOf(notMasqueraded), true),
      ...(names.length === 0 ? { oif: device(ANY_CILIUM_DEVICE, true) } : {}),
      matches: [writer.comment("cilium masquerade non-cluster")],
      target,
    });
  }
}

/**
 * One rule for each route of table main that says with which address the node sends by it, the kernel's own among them, in the
 * order in which the kernel lists them; those of default routes come last. Devices count by their whole name.
 */
function writeRouteSources(writer: CiliumWriter, { podCIDR, notMasqueraded }: Masquerade): void {
  if (podCIDR === null) return;
  const { context, family } = writer;
  const { config, facts } = context;
  const names = config.masqueradeInterfaces.length > 0 ? config.masqueradeInterfaces : devicesOf(facts.routes);
  const routes = asListed(ownRoutes(facts, family.family));
  const isDefault = ({ dst }: Route): boolean => dst.length === 0;
  for (const route of [...routes.filter((one) => !isDefault(one)), ...routes.filter(isDefault)]) {
    const { dst, prefSrc, nexthops } = route;
    const dev = nexthops[0]?.dev;
    if (prefSrc === null || dev === undefined || dev === null || !names.includes(dev) || sameNet(dst, notMasqueraded))
      continue;
    writer.append(CHAIN, {
      src: net(netOf(podCIDR)),
      dst: isDefault(route) ? net(netOf(notMasqueraded), true) : net(netOf(dst)),
      oif: device(dev),
      matches: [writer.comment("cilium snat non-cluster via source route")],
      target: writer.target("SNAT", { "to-source": printAddress(prefSrc), ...randomFully(writer) }),
    });
  }
}

/**
 * IPv4 by network, the longest of one network first, then by metric (fib_table_dump, fib_insert_alias); IPv6 each before what holds
 * it (fib6_walk_continue).
 */
function asListed(routes: readonly Route[]): readonly Route[] {
  return routes.toSorted((a, b) => {
    const isNested = a.family === "ip6" && (inNet(a.dst.address, netOf(b.dst)) || inNet(b.dst.address, netOf(a.dst)));
    const isSame = isNested || a.dst.address === b.dst.address;
    if (!isSame) return a.dst.address < b.dst.address ? -1 : 1;
    return b.dst.length - a.dst.length || (a.metric ?? 0) - (b.metric ?? 0);
  });
}

/** Those that the agent selects by itself: the ones with a default route. */
function devicesOf(routes: readonly NodeRoute[]): readonly string[] {
  return routes.filter(({ to }) => to === null || to.length === 0).map(({ dev }) => dev);
}

function sameNet(a: Prefix, b: Prefix): boolean {
  return a.length === b.length && netOf(a).value === netOf(b).value;
}

function randomFully({ context: { config } }: CiliumWriter): Readonly<Record<string, string>> {
  return config.randomFully ? { "random-fully": "" } : {};
}

function net(value: AddressMask, negated = false): Negatable<AddressMask> {
  return { negated, value };
}
