import type { Address, Family, Prefix } from "../../base/address.ts";
import { bitsOf, familyOf, netOf, parsePrefix, zeroOf } from "../../base/address.ts";
import type { NodeFacts, NodeInterface, NodeRoute } from "../../desired/node-facts.ts";
import type { InterfaceAddress, Link, Route } from "../../model/routing.ts";
import type { Snapshot } from "../../model/snapshot.ts";
import { unknownSnapshot } from "../../model/snapshot.ts";

/** A node as its hookwalk.dev/v1 Node describes it: devices, addresses, routes, settings. No rule of any table yet. */
export function nodeSnapshot(name: string, facts: NodeFacts | null): Snapshot {
  const unknown = unknownSnapshot(name);
  if (facts === null) return unknown;
  const sysctls = [...facts.sysctls].map(([key, value], index) => {
    const span = { file: "sysctl.txt", line: index + 1 };
    return [key, { name: key, value, span }] as const;
  });
  return {
    ...unknown,
    links: facts.interfaces.length === 0 ? null : linksOf(facts.interfaces),
    routes: { ip: routesOf(facts, "ip"), ip6: routesOf(facts, "ip6") },
    sysctls: sysctls.length === 0 ? null : new Map(sysctls),
  };
}

const LOOPBACK_PREFIXES: readonly Prefix[] = ["127.0.0.1/8", "::1/128"].flatMap((text) => parsePrefix(text) ?? []);
const LOOPBACK: NodeInterface = { name: "lo", mac: null, mtu: 65_536, addresses: LOOPBACK_PREFIXES };

/** Every namespace has `lo`, whether or not somebody wrote it down. */
function linksOf(interfaces: readonly NodeInterface[]): readonly Link[] {
  const all = interfaces.some(({ name }) => name === "lo") ? interfaces : [LOOPBACK, ...interfaces];
  return all.map((one, index) => linkOf(one, index + 1));
}

function linkOf({ name, mac, mtu, addresses }: NodeInterface, index: number): Link {
  const span = { file: "ip-addr.txt", line: index };
  const isLoopback = name === "lo";
  return {
    index,
    name,
    peer: null,
    flags: isLoopback ? ["LOOPBACK", "UP", "LOWER_UP"] : ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
    mtu,
    master: null,
    state: isLoopback ? "UNKNOWN" : "UP",
    type: isLoopback ? "loopback" : "ether",
    mac: mac ?? (isLoopback ? "00:00:00:00:00:00" : madeMac(index)),
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
function routesOf({ interfaces, routes }: NodeFacts, family: Family): readonly Route[] | null {
  const given = routes.filter((route) => familyOfRoute(route) === family);
  if (given.length === 0) return null;
  const connected = interfaces.flatMap(({ name, addresses }) =>
    addresses
      .filter(({ address, length }) => familyOf(address) === family && length < bitsOf(address) && name !== "lo")
      .map((prefix) => ({ to: prefix, via: null, dev: name, prefSrc: prefix.address })),
  );
  return [...given.map((route) => ({ ...route, prefSrc: null })), ...connected].map((route, index) =>
    routeOf(route, family, index + 1),
  );
}

function familyOfRoute({ to, via }: NodeRoute): Family {
  const address = to?.address ?? via;
  return address === null ? "ip" : familyOf(address);
}

function routeOf(route: NodeRoute & { readonly prefSrc: Address | null }, family: Family, line: number): Route {
  const { to, via, dev, prefSrc } = route;
  const isKernels = prefSrc !== null && family === "ip";
  return {
    family,
    type: "unicast",
    dst: to === null ? { address: zeroOf(family), length: 0 } : { address: netOf(to).value, length: to.length },
    from: null,
    tos: null,
    table: "main",
    metric: null,
    scope: via === null && family === "ip" ? "link" : null,
    protocol: prefSrc === null ? null : "kernel",
    prefSrc: isKernels ? prefSrc : null,
    nexthops: [{ via, dev, weight: 1, flags: [] }],
    extras: [],
    span: { file: "ip-route.txt", line },
  };
}
