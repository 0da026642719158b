import type { Family, Prefix } from "../../base/address.ts";
import { bitsOf, familyOf, parsePrefix, printPrefix, zeroOf } from "../../base/address.ts";
import type { NodeFacts, NodeInterface, NodeRoute } from "../../desired/node-facts.ts";
import type { Span } from "../../base/span.ts";
import type { Sysctl } from "../../model/host.ts";
import { isLocalLookup, plainRoutingRule } from "../../model/routing-rule.ts";
import type { InterfaceAddress, Link, Route, RoutingRule } from "../../model/routing.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { unknownSnapshot } from "../../model/snapshot.ts";
import type { Pieces } from "./pieces.ts";
import { plainRoute } from "./plain-route.ts";

/**
 * A node as its hookwalk.dev/v1 Node describes it, and what owners added to it: devices, addresses, routes, settings, sets.
 * No rule of any table of iptables yet. Where nobody tells the node's own devices, its devices and routes stay unknown.
 */
export function nodeSnapshot(name: string, facts: NodeFacts | null, added: Pieces): Snapshot {
  const unknown = unknownSnapshot(name);
  const { sets, nft, ipvs, cni } = added;
  const known = {
    ...unknown,
    sets: knownIfAny(inFiles(sets, "ipset-save.txt")),
    nft: knownIfAny(nft),
    ipvs: knownIfAny(inFiles(ipvs, "ipvsadm-save.txt")),
    cni: knownIfAny(cni),
    rules: { ip: rulesOf(added, "ip"), ip6: rulesOf(added, "ip6") },
    sysctls: sysctlsOf(new Map([...(facts?.sysctls ?? []), ...added.sysctls])),
  };
  if (facts === null) return known;
  return {
    ...known,
    links: facts.interfaces.length === 0 ? null : linksOf(facts.interfaces, added.links),
    routes: { ip: routesOf(facts, added, "ip"), ip6: routesOf(facts, added, "ip6") },
  };
}

function knownIfAny<T>(all: readonly T[]): readonly T[] | null {
  return all.length === 0 ? null : all;
}

/** Each with the line that it stands on in a file of its own kind. */
function inFiles<T extends { readonly span: Span }>(all: readonly T[], file: string): readonly T[] {
  return all.map((one, index) => ({ ...one, span: { file, line: index + 1 } }));
}

function sysctlsOf(values: ReadonlyMap<string, string>): Snapshot["sysctls"] {
  if (values.size === 0) return null;
  const sysctls = [...values].map(([name, value], index): Sysctl => {
    return { name, value, span: { file: "sysctl.txt", line: index + 1 } };
  });
  return new Map(sysctls.map((sysctl) => [sysctl.name, sysctl]));
}

const RULE_FILES = { ip: "ip-rule.txt", ip6: "ip6-rule.txt" } as const;
/** Of IPv4; IPv6 has no table `default`. */
const KERNEL_RULES = [
  [0, "local"],
  [32_766, "main"],
  [32_767, "default"],
] as const;
const KERNELS_RULES = { ip: KERNEL_RULES, ip6: KERNEL_RULES.filter(([, table]) => table !== "default") } as const;

/** Whoever adds another look into table local takes away the kernel's own. Null where no owner has any: then there are those that the kernel has. */
function rulesOf({ rules }: Pieces, family: Family): readonly RoutingRule[] | null {
  const owned = rules.filter((rule) => rule.family === family);
  if (owned.length === 0) return null;
  const isMoved = owned.some(isLocalLookup);
  const kernels = KERNELS_RULES[family]
    .map(([priority, table]): RoutingRule =>
      plainRoutingRule(family, priority, { kind: "lookup", table }, { file: "", line: 0 }),
    )
    .filter((rule) => !(isMoved && isLocalLookup(rule)));
  const all = [...kernels, ...owned].sort((a, b) => a.priority - b.priority);
  return inFiles(all, RULE_FILES[family]);
}

const LOOPBACK_PREFIXES: readonly Prefix[] = ["127.0.0.1/8", "::1/128"].flatMap((text) => parsePrefix(text) ?? []);
const LOOPBACK: NodeInterface = { name: "lo", mac: null, mtu: 65_536, addresses: LOOPBACK_PREFIXES };

/** Every namespace has `lo`, whether or not somebody wrote it down. */
function linksOf(interfaces: readonly NodeInterface[], added: readonly Link[]): readonly Link[] {
  const all = interfaces.some(({ name }) => name === "lo") ? interfaces : [LOOPBACK, ...interfaces];
  const listed = new Set(all.map(({ name }) => name));
  const links = [...all.map(linkOf), ...added.filter(({ name }) => !listed.has(name))];
  const numbered = links.map((link, index) => ({ ...link, index: index + 1, mac: link.mac ?? madeMac(index + 1) }));
  return inFiles(numbered, "ip-addr.txt");
}

/** A device, up, without its number and, where nobody told one, without a MAC address. */
export function linkOf({ name, mac, mtu, addresses }: NodeInterface): Link {
  const span = { file: "ip-addr.txt", line: 0 };
  const isLoopback = name === "lo";
  return {
    index: 0,
    name,
    peer: null,
    flags: isLoopback ? ["LOOPBACK", "UP", "LOWER_UP"] : ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu,
    master: null,
    state: isLoopback ? "UNKNOWN" : "UP",
    type: isLoopback ? "loopback" : "ether",
    mac: mac ?? (isLoopback ? "00:00:00:00:00:00" : null),
    kind: null,
    group: null,
    addresses: addresses.map((prefix): InterfaceAddress => ({
      prefix,
      peer: null,
      broadcast: null,
      scope: isLoopback ? "host" : "global",
      flags: [],
      label: typeof prefix.address === "number" ? name : null,
      span,
    })),
    span,
  };
}

/** A locally administered address, where nobody told one. */
function madeMac(index: number): string {
  const low = index & 0xff;
  const high = (index >> 8) & 0xff;
  return ["02", "00", "00", "00", hexByte(high), hexByte(low)].join(":");
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

/** Null where nothing was said: the connected routes are then derived. With a route of ours they have to stand beside it. */
function routesOf(facts: NodeFacts, added: Pieces, family: Family): readonly Route[] | null {
  const owned = added.routes.filter((route) => route.family === family);
  const isTold = owned.length > 0 || facts.routes.some((route) => familyOfRoute(route) === family);
  if (facts.interfaces.length === 0 || !isTold) return null;
  return inFiles([...ownRoutes(facts, family), ...owned], ROUTE_FILES[family]);
}

/** Those of table main that the node has by itself: the ones that are told, and the kernel's own to the networks of its devices. */
export function ownRoutes({ interfaces, routes }: NodeFacts, family: Family): readonly Route[] {
  const given = routes.filter((route) => familyOfRoute(route) === family).map((route) => givenRoute(route, family));
  const connected = interfaces
    .flatMap(({ name, addresses }) =>
      addresses
        .filter(({ address, length }) => familyOf(address) === family && length < bitsOf(address) && name !== "lo")
        .map((prefix) => connectedRoute(prefix, name)),
    )
    .filter((route) => !given.some((one) => keyOf(one) === keyOf(route)));
  return [...given, ...connected];
}

const ROUTE_FILES = { ip: "ip-route.txt", ip6: "ip6-route.txt" } as const;

function familyOfRoute({ to, via }: NodeRoute): Family {
  const address = to?.address ?? via;
  return address === null ? "ip" : familyOf(address);
}

function givenRoute(route: NodeRoute, family: Family): Route {
  return plainRoute({ ...route, to: route.to ?? { address: zeroOf(family), length: 0 } });
}

function connectedRoute(prefix: Prefix, dev: string): Route {
  const src = typeof prefix.address === "number" ? prefix.address : null;
  return plainRoute({ to: prefix, dev, src, protocol: "kernel" });
}

/** Where a route leads and by which device. */
function keyOf({ dst, nexthops }: Route): string {
  return `${printPrefix(dst)} ${nexthops[0]?.dev ?? ""}`;
}
