import type { Address } from "../base/address.ts";
import { inNet, netOf, printAddress } from "../base/address.ts";
import { tableName } from "../compile/fib.ts";
import type { Range } from "../base/ranges.ts";
import { unknownSelector } from "../ext/ip/rule.ts";
import type { Nexthop, Route, RoutingRule } from "../model/routing.ts";
import { hasLink } from "../program/nexthop-link.ts";
import type { Fib, FibEntry, RouteTable } from "../program/program.ts";
import { passesBy, refusesByLo } from "../program/refusing-route.ts";
import type { FibError } from "../program/refusing-route.ts";
import { ask, factQuestion } from "./run.ts";
import type { Run } from "./run.ts";

/** `struct flowi`: what a lookup is asked with. */
export interface FlowKey {
  readonly src: Address;
  readonly dst: Address;
  /** `lo` for packets made here. */
  readonly iif: string;
  /** The device that the sender asks for; null: any. */
  readonly oif: string | null;
  /** Only routes by this device; null: any. */
  readonly dev: string | null;
  /** Of routes to one prefix, or to one prefix with one metric, those by this device come first; null: as they stand. */
  readonly near: { readonly dev: string; readonly among: "prefix" | "metric" } | null;
  /** Routes by a device without a link count, whatever the device's settings (FIB_LOOKUP_IGNORE_LINKSTATE). */
  readonly anyLink: boolean;
  readonly tos: number;
  readonly mark: number;
  readonly uid: number;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
}

/** The route that answers, or why there is none. The rule and table say who decided. */
export type FibResult =
  | {
      readonly kind: "route";
      readonly rule: RoutingRule;
      readonly table: string;
      readonly entry: FibEntry;
      readonly nexthop: Nexthop | null;
    }
  | {
      readonly kind: "error";
      readonly rule: RoutingRule | null;
      readonly table: string | null;
      readonly route: Route | null;
      readonly error: FibError;
    };

/** fib_rules_lookup (net/core/fib_rules.c): the first rule whose action answers. */
export function fibLookup(run: Run, key: FlowKey): FibResult {
  const { rules } = run.family.fib;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule === undefined || !ruleMatches(run, rule, key)) continue;
    const { action } = rule;
    switch (action.kind) {
      case "goto": {
        const target = rules.findIndex((other) => other.priority === action.priority);
        if (target > i) i = target - 1;
        break;
      }
      case "lookup": {
        const result = lookupRule(run, rule, action.table, key);
        if (result !== null) return result;
        break;
      }
      case "nop":
      case "masquerade":
        break;
      case "unreachable":
        return { kind: "error", rule, table: null, route: null, error: "net-unreachable" };
      case "prohibit":
        return { kind: "error", rule, table: null, route: null, error: "prohibited" };
      case "blackhole":
        return { kind: "error", rule, table: null, route: null, error: "blackhole" };
    }
  }
  return { kind: "error", rule: null, table: null, route: null, error: "net-unreachable" };
}

const ECN_MASK = 0xfc;

/** fib_rule_match and fib4_rule_match. A selector that nobody here knows is asked about where the others match. */
function ruleMatches(run: Run, rule: RoutingRule, key: FlowKey): boolean {
  const matches = selectorsMatch(rule, key);
  const unknown = matches ? unknownSelector(rule) : null;
  if (unknown === null) return matches !== rule.not;
  const flow = `${printAddress(key.src)} to ${printAddress(key.dst)}`;
  const what = `rule ${String(rule.priority)} selects ${flow} by “${unknown}”`;
  return ask(run, factQuestion(what, "hookwalk does not know this selector", false)) !== rule.not;
}

function selectorsMatch(rule: RoutingRule, key: FlowKey): boolean {
  return (
    (rule.from === null || inNet(key.src, netOf(rule.from))) &&
    (rule.to === null || inNet(key.dst, netOf(rule.to))) &&
    (rule.fwmark === null || ((rule.fwmark.mark ^ key.mark) & rule.fwmark.mask) === 0) &&
    isOrAny(rule.tos === 0 ? null : rule.tos, key.tos & ECN_MASK) &&
    isOrAny(rule.iif, key.iif) &&
    isOrAny(rule.oif, key.oif) &&
    transportMatches(rule, key) &&
    inRange(rule.uidRange, key.uid) &&
    rule.tunId === null &&
    !rule.l3mdev
  );
}

function transportMatches(rule: RoutingRule, key: FlowKey): boolean {
  return isOrAny(rule.ipproto, key.proto) && inRange(rule.sport, key.sport) && inRange(rule.dport, key.dport);
}

function isOrAny<T>(wanted: T | null, value: T | null): boolean {
  return wanted === null || wanted === value;
}

function inRange(range: Range | null, value: number): boolean {
  return range === null || (value >= range.from && value <= range.to);
}

/** One `lookup` rule; null: it does not answer and the next rule is asked. */
function lookupRule(run: Run, rule: RoutingRule, name: string, key: FlowKey): FibResult | null {
  const { fib } = run.family;
  const table = fib.tables.get(tableName(name));
  const result = table === undefined ? null : lookupTable(run, rule, table, key);
  if (rule.action.kind === "lookup" && rule.priority === 0 && fib.maybeMerged && result?.kind === "route") {
    return mergedLookup(run, fib, rule, key, result);
  }
  if (result?.kind !== "route") return result;
  if (suppressed(rule, result, run)) return null;
  const { entry, nexthop } = result;
  const isRefused = refusesByLo(entry.route, nexthop?.dev ?? null);
  return isRefused ? { kind: "error", rule, table: result.table, route: entry.route, error: "by-lo" } : result;
}

/**
 * Until the first rule is added, local and main are one trie: a longer prefix of main wins over a shorter one of local
 * (case routing/local-and-main-are-one-before-any-rule). Which it is cannot be dumped, so where it matters it is asked.
 */
function mergedLookup(
  run: Run,
  fib: Fib,
  rule: RoutingRule,
  key: FlowKey,
  local: FibResult & { kind: "route" },
): FibResult {
  const main = fib.tables.get("main");
  const other = main === undefined ? null : lookupTable(run, rule, main, key);
  if (other === null || lengthOf(other) <= local.entry.length) return local;
  const merged = ask(
    run,
    factQuestion(
      "no ip rule was ever added in this namespace",
      "no dump tells whether local and main are still one table",
      true,
    ),
  );
  return merged ? other : local;
}

function lengthOf(result: FibResult): number {
  if (result.kind === "route") return result.entry.length;
  return result.route?.dst.length ?? -1;
}

/** fib4_rule_suppress: `suppress_prefixlength`, `suppress_ifgroup`. */
function suppressed(rule: RoutingRule, result: FibResult & { kind: "route" }, run: Run): boolean {
  if (rule.suppressPrefixLength !== null && result.entry.length <= rule.suppressPrefixLength) return true;
  if (rule.suppressIfGroup === null || result.nexthop?.dev === undefined || result.nexthop.dev === null) return false;
  return run.program.links.get(result.nexthop.dev)?.group === rule.suppressIfGroup;
}

/** fib_table_lookup: longest prefix first, then whatever of it is usable; null: nothing here (or `throw`). */
function lookupTable(run: Run, rule: RoutingRule, table: RouteTable, key: FlowKey): FibResult | null {
  for (const entry of nearestFirst(run, table.lookup(key.dst), key)) {
    const { route } = entry;
    if (route.tos !== null && route.tos !== 0 && route.tos !== (key.tos & ECN_MASK)) continue;
    if (route.from !== null && !inNet(key.src, netOf(route.from))) continue;
    if (passesBy(route, key.dev)) continue;
    switch (route.type) {
      case "throw":
        return null;
      case "unreachable":
        return {
          kind: "error",
          rule,
          table: table.name,
          route,
          error: run.family.family === "ip" ? "host-unreachable" : "net-unreachable",
        };
      case "prohibit":
        return { kind: "error", rule, table: table.name, route, error: "prohibited" };
      case "blackhole":
        return { kind: "error", rule, table: table.name, route, error: "blackhole" };
      case "unicast":
      case "local":
      case "broadcast":
      case "anycast":
      case "multicast": {
        const usable = route.nexthops.filter((hop) => usableNexthop(run, hop, key));
        if (usable.length > 0)
          return { kind: "route", rule, table: table.name, entry, nexthop: chooseNexthop(run, route, usable, key) };
        if (route.nexthops.length === 0 && key.dev === null)
          return { kind: "route", rule, table: table.name, entry, nexthop: null };
      }
    }
  }
  return null;
}

/** rt6_device_match, rt6_score_route (net/ipv6/route.c): the device decides between routes to one prefix only, the latter of one metric. */
function nearestFirst(run: Run, entries: readonly FibEntry[], key: FlowKey): readonly FibEntry[] {
  const { near } = key;
  if (near === null) return entries;
  const isNear = ({ route }: FibEntry): number =>
    Number(route.nexthops.some((hop) => hop.dev === near.dev && usableNexthop(run, hop, key)));
  const metric = ({ route }: FibEntry): number => (near.among === "metric" ? (route.metric ?? 0) : 0);
  return entries.toSorted(
    (a, b) =>
      b.length - a.length ||
      (b.route.from?.length ?? 0) - (a.route.from?.length ?? 0) ||
      metric(a) - metric(b) ||
      isNear(b) - isNear(a),
  );
}

function usableNexthop({ program, family: { family } }: Run, hop: Nexthop, { dev, anyLink }: FlowKey): boolean {
  return (dev === null || hop.dev === dev) && hasLink(program, family, hop, anyLink);
}

/**
 * fib_select_multipath: a seeded hash of the flow, so any of them; the weights are the chances. What has the same hash takes
 * the same next hop from then on.
 */
function chooseNexthop(run: Run, route: Route, usable: readonly Nexthop[], key: FlowKey): Nexthop | null {
  // Of next hops of one route the hash decides, but for rt6_device_match.
  const near = key.near?.among === "prefix" ? usable.find(({ dev }) => dev === key.near?.dev) : undefined;
  if (usable.length < 2 || near !== undefined) return near ?? usable[0] ?? null;
  const place = `${route.span.file}:${String(route.span.line)}`;
  const hashed = hashedOf(run, key);
  const name = `${place} ${hashed ?? ""}`;
  const before = hashed === null ? undefined : route.nexthops[run.nexthops.get(name) ?? -1];
  if (before !== undefined && usable.includes(before)) return before;
  const chosen = askNexthop(run, place, usable);
  if (chosen !== null) run.nexthops = new Map(run.nexthops).set(name, route.nexthops.indexOf(chosen));
  return chosen;
}

/** ICMP messages that are hashed by their own addresses; errors go by those of the packet that they quote. */
const ICMP_QUERIES: ReadonlySet<number | null> = new Set([null, 0, 8, 128, 129]);

/**
 * What fib_multipath_hash and rt6_multipath_hash are over, as text; null: more than a packet tells. IPv6 always counts the
 * flow label, which is one for each connection.
 */
function hashedOf({ program, family: { family }, skb }: Run, key: FlowKey): string | null {
  const isV4 = family === "ip";
  const policy = program.sysctl.number(`net.${isV4 ? "ipv4" : "ipv6"}.fib_multipath_hash_policy`, 0);
  if (policy > 1 || !ICMP_QUERIES.has(skb.base.icmpType)) return null;
  const ends = `${printAddress(key.src)} ${printAddress(key.dst)}`;
  if (policy === 0 && isV4) return ends;
  return `${ends} ${String(key.proto)} ${String(key.sport)} ${String(key.dport)}`;
}

function askNexthop(run: Run, place: string, usable: readonly Nexthop[]): Nexthop | null {
  let rest = usable.reduce((sum, hop) => sum + hop.weight, 0);
  const last = usable.at(-1) ?? null;
  for (const hop of usable) {
    if (hop === last) break;
    const what = `this flow leaves by ${hop.dev ?? "?"} (${place})`;
    const question = {
      key: what,
      what,
      why: "the multipath hash is seeded",
      probability: hop.weight / rest,
      likely: true,
      fact: true,
    };
    if (ask(run, question)) return hop;
    rest -= hop.weight;
  }
  return last;
}
