import type { Family } from "../base/address.ts";
import { tableName } from "../compile/fib.ts";
import { unknownSelector } from "../ext/ip/rule.ts";
import type { Route, RoutingRule } from "../model/routing.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { hintsOfPath } from "../parse/bundle/formats.ts";

/** The routing tables of one family, as far as the snapshot shows them. */
export interface RouteTables {
  readonly family: Family;
  /** In order of priority. */
  readonly rules: readonly RoutingRule[];
  /** Null: no listing shows this table, and whether it is empty is unknown. */
  of(name: string): readonly Route[] | null;
}

/** Both families, as far as their policy routing was listed. */
export function routeTables(snapshot: Snapshot): readonly RouteTables[] {
  return (["ip", "ip6"] as const).flatMap((family): readonly RouteTables[] => {
    const rules = snapshot.rules[family];
    return rules === null ? [] : [tablesOf(family, rules, snapshot)];
  });
}

function tablesOf(family: Family, rules: readonly RoutingRule[], snapshot: Snapshot): RouteTables {
  const routes = snapshot.routes[family];
  const byName = new Map<string, Route[]>();
  for (const route of routes ?? []) {
    const name = tableName(route.table);
    const before = byName.get(name);
    if (before === undefined) byName.set(name, [route]);
    else before.push(route);
  }
  const areAllListed = hasWholeListing(routes ?? []);
  const listed = new Set(
    snapshot.files.flatMap(({ path, format }) => {
      const hints = hintsOfPath(path);
      const isOwn = format === "ip-route" && (hints.family ?? "ip") === family;
      return isOwn && hints.table !== undefined ? [tableName(hints.table)] : [];
    }),
  );
  return {
    family,
    rules: rules.toSorted((a, b) => a.priority - b.priority),
    of: (name) => byName.get(tableName(name)) ?? (areAllListed || listed.has(tableName(name)) ? [] : null),
  };
}

/** Only `ip route show table all` has routes of several tables in one listing. */
function hasWholeListing(routes: readonly Route[]): boolean {
  const first = new Map<string, string>();
  return routes.some(({ span, table }) => {
    const before = first.get(span.file) ?? tableName(table);
    first.set(span.file, before);
    return before !== tableName(table);
  });
}

/** What the kernel itself looks up on every node. */
const KERNELS: ReadonlySet<string> = new Set(["local", "main", "default"]);

/** The table that a rule of somebody's looks up; null: another action, the kernel's own tables, or that of a VRF. */
export function ownTableOf({ action, l3mdev }: RoutingRule): string | null {
  return action.kind === "lookup" && !l3mdev && !KERNELS.has(tableName(action.table)) ? tableName(action.table) : null;
}

/** A route that holds every address. */
export function isDefaultRoute({ dst, tos, from }: Route): boolean {
  return dst.length === 0 && (tos === null || tos === 0) && from === null;
}

/** Does a rule take no answer that is as short as a default route (`suppress_prefixlength 0`, `suppress_ifgroup`)? */
export function suppresses({ suppressPrefixLength, suppressIfGroup }: RoutingRule): boolean {
  return suppressPrefixLength !== null || suppressIfGroup !== null;
}

/** Does a rule ask nothing of a packet? */
export function holdsForAll(rule: RoutingRule): boolean {
  const { from, to, tos, fwmark, iif, oif, uidRange, ipproto, sport, dport, tunId, not, l3mdev } = rule;
  const selectors = [from, to, tos, fwmark, iif, oif, uidRange, ipproto, sport, dport, tunId, unknownSelector(rule)];
  return !not && !l3mdev && selectors.every((selector) => selector === null);
}

/** One of the three rules that every namespace starts with, wherever it has been moved. */
export function isKernels(rule: RoutingRule): boolean {
  const { action } = rule;
  return holdsForAll(rule) && !suppresses(rule) && action.kind === "lookup" && KERNELS.has(tableName(action.table));
}
