import type { Address, Family, Nexthop, Prefix, Range, Route, RoutingRule } from "@hookwalk/engine";
import { printAddress, printPrefix } from "@hookwalk/engine";
import { ipLine, option, when } from "./ip-line.ts";

const TABLE_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["default", 253],
  ["main", 254],
  ["local", 255],
]);

/** Numbers for the table names of a node's rt_tables, which a dump does not hold. */
export class TableNumbers {
  readonly #numbers = new Map(TABLE_NUMBERS);

  of(table: string): string {
    if (/^\d+$/.test(table)) return table;
    const number = this.#numbers.get(table) ?? 10_000 + this.#numbers.size;
    this.#numbers.set(table, number);
    return String(number);
  }
}

/**
 * Lines for `ip -4|-6 -batch` that make the routes what the snapshot says. The kernel's own routes of the local table come
 * with the addresses; those that it puts into the main table go, since the snapshot lists that table whole.
 */
export function routeCommands(family: Family, routes: readonly Route[], tables: TableNumbers): readonly string[] {
  const wanted = routes.filter(
    (route) => !(route.table === "local" && route.protocol === "kernel") && route.type !== "multicast",
  );
  // A gateway must be reachable when its route is added: what is on the link comes first.
  const byReach = wanted.toSorted((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
  const listsMain = wanted.some((route) => route.table === "main");
  return [
    ...(listsMain ? [`route flush table ${tables.of("main")}`] : []),
    ...byReach.map((route) => routeCommand(family, route, tables)),
  ];
}

function hasGateway(route: Route): boolean {
  return route.nexthops.some((hop) => hop.via !== null);
}

function routeCommand(family: Family, route: Route, tables: TableNumbers): string {
  const { nexthops } = route;
  const [only] = nexthops.length === 1 ? nexthops : [];
  const several = nexthops.length > 1 ? nexthops : [];
  return ipLine(
    "route append",
    route.type,
    printPrefix(route.dst),
    prefixOption("from", route.from),
    option("tos", dsfield(route.tos)),
    only === undefined ? null : nexthopWords(only),
    option("table", tables.of(route.table)),
    option("scope", family === "ip" ? route.scope : null),
    option("src", addressOf(route.prefSrc)),
    option("metric", route.metric === 0 ? null : route.metric),
    ...route.extras.map(([name, value]) => (KEPT_EXTRAS.has(name) ? option(name, value) : null)),
    ...several.map((hop) => ipLine("nexthop", nexthopWords(hop), option("weight", hop.weight))),
  );
}

/** Words of a route that a packet can feel. */
const KEPT_EXTRAS: ReadonlySet<string> = new Set(["mtu", "realm", "realms", "advmss"]);

function nexthopWords({ via, dev, flags }: Nexthop): string {
  const inet6 = when(typeof via === "bigint", "inet6");
  return ipLine(
    via === null ? null : ipLine("via", inet6, printAddress(via)),
    option("dev", dev),
    when(flags.includes("onlink"), "onlink"),
  );
}

/** ip reads it as hex, with or without 0x. */
function dsfield(tos: number | null): string | null {
  return tos === null ? null : `0x${tos.toString(16)}`;
}

function prefixOption(name: string, prefix: Prefix | null): string | null {
  return prefix === null ? null : `${name} ${printPrefix(prefix)}`;
}

function addressOf(address: Address | null): string | null {
  return address === null ? null : printAddress(address);
}

const DEFAULT_RULES: Readonly<Record<Family, ReadonlyMap<number, string>>> = {
  ip: new Map([
    [0, "local"],
    [32_766, "main"],
    [32_767, "default"],
  ]),
  ip6: new Map([
    [0, "local"],
    [32_766, "main"],
  ]),
};

/**
 * Lines that make the policy rules what the snapshot says. The kernel's own rules are left alone where the snapshot has
 * them: only an untouched namespace keeps its local and main tables merged (net/ipv4/fib_frontend.c fib_unmerge).
 */
export function ruleCommands(family: Family, rules: readonly RoutingRule[], tables: TableNumbers): readonly string[] {
  const missing = new Map(DEFAULT_RULES[family]);
  const added: string[] = [];
  for (const rule of rules) {
    const isOwn = rule.action.kind === "lookup" && missing.get(rule.priority) === rule.action.table && isPlain(rule);
    if (isOwn) missing.delete(rule.priority);
    else added.push(ruleCommand(rule, tables));
  }
  return [...added, ...[...missing.keys()].map((priority) => `rule del priority ${String(priority)}`)];
}

function isPlain(rule: RoutingRule): boolean {
  const { from, to, tos, fwmark, iif, oif, uidRange, ipproto, sport, dport } = rule;
  const selectors = [from, to, tos, fwmark, iif, oif, uidRange, ipproto, sport, dport, rule.suppressPrefixLength];
  return !rule.not && selectors.every((selector) => selector === null);
}

function ruleCommand(rule: RoutingRule, tables: TableNumbers): string {
  const { fwmark } = rule;
  return ipLine(
    "rule add",
    option("priority", rule.priority),
    when(rule.not, "not"),
    rule.from === null ? "from all" : prefixOption("from", rule.from),
    prefixOption("to", rule.to),
    option("tos", dsfield(rule.tos)),
    fwmark === null ? null : `fwmark ${String(fwmark.mark)}/${String(fwmark.mask)}`,
    option("iif", rule.iif),
    option("oif", rule.oif),
    option("uidrange", rule.uidRange === null ? null : `${String(rule.uidRange.from)}-${String(rule.uidRange.to)}`),
    option("ipproto", rule.ipproto),
    option("sport", rangeOf(rule.sport)),
    option("dport", rangeOf(rule.dport)),
    ruleAction(rule, tables),
  );
}

function rangeOf(range: Range | null): string | null {
  if (range === null) return null;
  return range.from === range.to ? String(range.from) : `${String(range.from)}-${String(range.to)}`;
}

function ruleAction({ action, suppressPrefixLength, suppressIfGroup }: RoutingRule, tables: TableNumbers): string {
  switch (action.kind) {
    case "lookup":
      return ipLine(
        option("table", tables.of(action.table)),
        option("suppress_prefixlength", suppressPrefixLength),
        option("suppress_ifgroup", suppressIfGroup),
      );
    case "goto":
      return `goto ${String(action.priority)}`;
    case "nop":
    case "blackhole":
    case "unreachable":
    case "prohibit":
    case "masquerade":
      return action.kind;
  }
}
