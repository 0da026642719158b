import type { Address, Family, Prefix } from "../base/address.ts";
import { clearAddress, maskAddress, maskOfLength, netOf, orAddress } from "../base/address.ts";
import type { InterfaceAddress, Link, Route, RoutingRule } from "../model/routing.ts";
import type { Span } from "../base/span.ts";
import { plainRoutingRule } from "../model/routing-rule.ts";
import type { Fib, FibEntry, RouteTable } from "../program/program.ts";

/** What a node's dumps say of the routing of one family. */
export interface RoutingDumps {
  readonly rules: readonly RoutingRule[] | null;
  readonly routes: readonly Route[] | null;
  readonly links: readonly Link[];
  /** Does the device forward IPv6? */
  readonly isRouter: (device: string) => boolean;
}

/** Routing of one family, from its dumps and from what follows from the addresses. */
export function compileFib(family: Family, { rules, routes, links, isRouter }: RoutingDumps): Fib {
  const given = routes ?? [];
  const all = [...given];
  if (!tellsLocal(given)) {
    pushAll(all, localRoutes(family, links));
    if (family === "ip6") pushAll(all, anycastRoutes(links.filter(({ name }) => isRouter(name))));
  }
  if (!given.some((route) => route.table === "main")) pushAll(all, connectedRoutes(family, links));
  const effective = rules ?? defaultRules(family);
  return {
    rules: [...effective].sort((a, b) => a.priority - b.priority),
    tables: compileTables(all),
    maybeMerged: family === "ip" && isDefault(effective),
    complete: routes !== null,
  };
}

/** Does a dump hold the local table? What is not in it is then not there. */
export function tellsLocal(routes: readonly Route[] | null): boolean {
  return routes?.some((route) => route.table === "local") === true;
}

function pushAll(target: Route[], source: readonly Route[]): void {
  for (const route of source) target.push(route);
}

const DERIVED: Span = { file: "ip-addr", line: 0 };

function derived(family: Family, over: Partial<Route> & Pick<Route, "type" | "dst" | "table">): Route {
  return {
    family,
    from: null,
    tos: null,
    metric: null,
    scope: null,
    protocol: "kernel",
    prefSrc: null,
    nexthops: [],
    extras: [],
    span: DERIVED,
    ...over,
  };
}

/** fib_add_ifaddr (net/ipv4/fib_frontend.c): a local route for each address, even of a device that is down. */
function localRoutes(family: Family, links: readonly Link[]): readonly Route[] {
  const out: Route[] = [];
  const bits = family === "ip" ? 32 : 128;
  for (const link of links) {
    for (const { prefix, broadcast, span } of addressesOf(link, family)) {
      const nexthops = [{ via: null, dev: link.name, weight: 1, flags: [] }];
      const own = { nexthops, prefSrc: family === "ip" ? prefix.address : null, span };
      const host: Prefix = { address: prefix.address, length: bits };
      out.push(derived(family, { ...own, type: "local", dst: host, table: "local", scope: "host" }));
      if (link.name === "lo" && family === "ip" && prefix.length < 32) {
        out.push(derived(family, { ...own, type: "local", dst: masked(prefix), table: "local", scope: "host" }));
      }
      if (family === "ip" && link.flags.includes("UP") && prefix.length < 31) {
        const last = broadcast ?? lastOf(prefix);
        const dst = { address: last, length: 32 };
        out.push(derived(family, { ...own, type: "broadcast", dst, table: "local", scope: "link" }));
      }
    }
    if (family === "ip6" && link.flags.includes("UP") && link.name !== "lo") {
      const nexthops = [{ via: null, dev: link.name, weight: 1, flags: [] }];
      const dst = { address: 0xff00n << 112n, length: 8 };
      out.push(derived(family, { type: "multicast", dst, table: "local", metric: 256, nexthops }));
    }
  }
  return out;
}

/** addrconf_join_anycast (net/ipv6/addrconf.c): a router answers at the network's address of each of its own (RFC 4291 2.6.1). */
function anycastRoutes(routers: readonly Link[]): readonly Route[] {
  return routers.flatMap((link) =>
    link.addresses.flatMap(({ prefix, flags, span }) => {
      if (!hasAnycast(prefix) || flags.includes("tentative")) return [];
      const nexthops = [{ via: null, dev: link.name, weight: 1, flags: [] }];
      const dst = { address: netOf(prefix).value, length: 128 };
      return [derived("ip6", { type: "anycast", dst, table: "local", metric: 0, nexthops, span })];
    }),
  );
}

/** Has its network of IPv6 an address for any of its routers? Not one of two hosts (RFC 6164). */
export function hasAnycast(prefix: Prefix): boolean {
  const { value } = netOf(prefix);
  return typeof value === "bigint" && value !== 0n && prefix.length < 127;
}

/** The connected routes of each address of a device that is up. */
function connectedRoutes(family: Family, links: readonly Link[]): readonly Route[] {
  const out: Route[] = [];
  for (const link of links) {
    if (!link.flags.includes("UP")) continue;
    for (const address of addressesOf(link, family)) {
      const { prefix, flags, span } = address;
      if (flags.includes("noprefixroute")) continue;
      const nexthops = [{ via: null, dev: link.name, weight: 1, flags: [] }];
      const prefSrc = family === "ip" ? prefix.address : null;
      const metric = family === "ip" ? null : 256;
      for (const net of netsOf(link, address)) {
        const own = { type: "unicast", dst: masked(net), table: "main", scope: "link" } as const;
        out.push(derived(family, { ...own, prefSrc, metric, nexthops, span }));
      }
    }
  }
  return out;
}

/** The networks that an address brings to the main table: fib_add_ifaddr; addrconf_prefix_route, also for lo and for a single host. */
function netsOf(link: Link, { prefix, peer }: InterfaceAddress): readonly Prefix[] {
  if (typeof prefix.address === "bigint") {
    if (prefix.address === 1n) return [];
    return peer === null ? [prefix] : [prefix, peer];
  }
  if (link.name === "lo") return [];
  const net = peer ?? prefix;
  return net.length === 32 && peer === null ? [] : [net];
}

function addressesOf(link: Link, family: Family): readonly InterfaceAddress[] {
  return link.addresses.filter(({ prefix }) => (typeof prefix.address === "number") === (family === "ip"));
}

function masked(prefix: Prefix): Prefix {
  return { address: netOf(prefix).value, length: prefix.length };
}

function lastOf(prefix: Prefix): Address {
  const mask = maskOfLength(prefix.length, "ip");
  return orAddress(netOf(prefix).value, clearAddress(0xffff_ffff, mask));
}

/** The rules that every namespace starts with (fib_default_rules_init, fib6_rules_net_init). */
function defaultRules(family: Family): readonly RoutingRule[] {
  const span = { file: "ip-rule", line: 0 };
  const rule = (priority: number, table: string): RoutingRule =>
    plainRoutingRule(family, priority, { kind: "lookup", table }, span);
  const common = [rule(0, "local"), rule(32766, "main")];
  return family === "ip" ? [...common, rule(32767, "default")] : common;
}

function isDefault(rules: readonly RoutingRule[]): boolean {
  const shape = (rule: RoutingRule): string =>
    `${String(rule.priority)} ${rule.action.kind === "lookup" ? tableName(rule.action.table) : ""}`;
  const expected = defaultRules("ip").map(shape);
  return rules.length === expected.length && rules.every((rule, i) => shape(rule) === expected[i] && isPlain(rule));
}

function isPlain(rule: RoutingRule): boolean {
  const selectors = [
    rule.from,
    rule.to,
    rule.tos,
    rule.fwmark,
    rule.iif,
    rule.oif,
    rule.uidRange,
    rule.ipproto,
    rule.sport,
    rule.dport,
    rule.tunId,
  ];
  return !rule.not && !rule.l3mdev && selectors.every((selector) => selector === null);
}

const TABLE_NAMES: ReadonlyMap<string, string> = new Map([
  ["255", "local"],
  ["254", "main"],
  ["253", "default"],
]);

/** One name for a table however the dump spells it: 254 is main. */
export function tableName(name: string): string {
  return TABLE_NAMES.get(name) ?? name;
}

function compileTables(routes: readonly Route[]): ReadonlyMap<string, RouteTable> {
  const byTable = new Map<string, Route[]>();
  for (const route of routes) {
    const name = tableName(route.table);
    const list = byTable.get(name);
    if (list === undefined) byTable.set(name, [route]);
    else list.push(route);
  }
  return new Map([...byTable].map(([name, list]) => [name, routeTable(name, list)]));
}

/** Hash per prefix length, longest first: what fib_table_lookup's backtracking trie answers, without the trie. */
function routeTable(name: string, routes: readonly Route[]): RouteTable {
  const byLength = new Map<number, Map<Address, FibEntry[]>>();
  for (const route of routes) {
    const { length } = route.dst;
    const net = netOf(route.dst);
    const nets = byLength.get(length) ?? new Map<Address, FibEntry[]>();
    byLength.set(length, nets);
    const entry = { route, net, length };
    const list = nets.get(net.value);
    if (list === undefined) nets.set(net.value, [entry]);
    else list.push(entry);
  }
  const lengths = [...byLength]
    .sort((a, b) => b[0] - a[0])
    .map(([length, nets]) => {
      for (const list of nets.values()) list.sort(preference);
      return { mask: { ip: maskOfLength(Math.min(length, 32), "ip"), ip6: maskOfLength(length, "ip6") }, nets };
    });
  return {
    name,
    lookup(address) {
      const family = typeof address === "number" ? "ip" : "ip6";
      const found: FibEntry[] = [];
      for (const { mask, nets } of lengths) {
        const entries = nets.get(maskAddress(address, mask[family]));
        if (entries !== undefined) for (const entry of entries) found.push(entry);
      }
      return found;
    },
    entries: () => lengths.flatMap(({ nets }) => [...nets.values()].flat()),
  };
}

/** A longer source first (fib6_node_lookup_1, IPv6 alone has them); fib_insert_alias: a larger TOS first, then the smaller metric; the sort is stable, so insertion order decides the rest. */
function preference(a: FibEntry, b: FibEntry): number {
  const bySource = (b.route.from?.length ?? 0) - (a.route.from?.length ?? 0);
  return bySource || (b.route.tos ?? 0) - (a.route.tos ?? 0) || (a.route.metric ?? 0) - (b.route.metric ?? 0);
}
