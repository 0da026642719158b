import { netOf } from "../../base/address.ts";
import type { Nexthop, Route } from "../../model/routing.ts";
import { hasLink } from "../../program/nexthop-link.ts";
import type { FibEntry } from "../../program/program.ts";
import { passesBy, refusesByLo } from "../../program/refusing-route.ts";
import type { FibError } from "../../program/refusing-route.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { OPEN, longestPrefix } from "./longest-prefix.ts";
import type { Line } from "./longest-prefix.ts";
import type { LookupKey } from "./lookup-key.ts";
import { cameInBy, hasTos } from "./selector.ts";

/** What a lookup comes to. */
export type Found =
  | { readonly kind: "route"; readonly entry: FibEntry; readonly hop: Nexthop | null }
  | { readonly kind: "error"; readonly error: FibError; readonly entry: FibEntry | null };

/** What is one answer has one key. */
export interface Keyed {
  readonly key: string;
}

/** What the asker wants to know of what was found. */
export type Describe<T extends Keyed> = (found: Found) => T;

export interface Answer<T> {
  readonly when: Ref;
  readonly value: T;
  /** The route behind it; null: several, or none. */
  readonly route: Route | null;
}

/** Disjoint; together they are every packet. */
export interface Answers<T> {
  readonly found: readonly Answer<T>[];
  /** Those for which nothing is found. */
  readonly none: Ref;
}

/** How one table is asked. */
export interface TableAsking {
  readonly key: LookupKey;
  /** Of a multipath route each next hop is an answer of its own. */
  readonly byHop: boolean;
  /** fib4_rule_suppress: a route that counts as none. */
  readonly isSuppressed: ((found: Found & { kind: "route" }) => boolean) | null;
}

/** Number of an answer. */
type Class = number;
/** `throw`, or a route that counts as none: the next rule is asked. */
const NONE: Class = -2;

/** fib_table_lookup (net/ipv4/fib_trie.c), fib6_lookup: every destination of one table at once. */
export function lookupTable<T extends Keyed>(
  space: Space,
  entries: readonly FibEntry[],
  describe: Describe<T>,
  asking: TableAsking,
): Answers<T> {
  const classes = new Classes(describe);
  const passedBy = passedByNearer(space, entries, asking.key);
  const lines = entries.flatMap((entry) =>
    linesOf(space, entry, classes, { ...asking, passing: passedBy.get(entry) ?? FALSE }),
  );
  const regions = longestPrefix(space.bdd, space.layout.bits[asking.key.dst], lines);
  const found: Answer<T>[] = [];
  for (const [to, when] of regions) {
    const answer = classes.answer(to);
    if (answer !== null && when !== FALSE) found.push({ ...answer, when });
  }
  return { found, none: space.bdd.or(regions.get(OPEN) ?? FALSE, regions.get(NONE) ?? FALSE) };
}

/** Answers by number. */
class Classes<T extends Keyed> {
  readonly #describe: Describe<T>;
  readonly #numbers = new Map<string, Class>();
  readonly #answers: { readonly value: T; route: Route | null }[] = [];

  constructor(describe: Describe<T>) {
    this.#describe = describe;
  }

  of(found: Found): Class {
    const value = this.#describe(found);
    const route = found.entry?.route ?? null;
    let number = this.#numbers.get(value.key);
    const known = this.#answers[number ?? -1];
    if (known === undefined) {
      number = this.#answers.length;
      this.#numbers.set(value.key, number);
      this.#answers.push({ value, route });
    } else if (known.route !== route) known.route = null;
    return number ?? NONE;
  }

  answer(number: Class): Omit<Answer<T>, "when"> | null {
    return this.#answers[number] ?? null;
  }
}

/**
 * rt6_device_match, rt6_score_route (net/ipv6/route.c): packets that pass an entry by, as another one of its prefix leads by their device. A route
 * that refuses is one by lo.
 */
function passedByNearer(
  space: Space,
  entries: readonly FibEntry[],
  { near, ...key }: LookupKey,
): ReadonlyMap<FibEntry, Ref> {
  const passing = new Map<FibEntry, Ref>();
  if (near === null) return passing;
  const alike = new Map<string, FibEntry[]>();
  for (const entry of entries) {
    const { from, metric } = entry.route;
    const source = from === null ? "" : `${String(from.address)}/${String(from.length)}`;
    const place = `${String(entry.net.value)}/${String(entry.length)} ${source} ${near === "metric" ? String(metric) : ""}`;
    const known = alike.get(place);
    if (known === undefined) alike.set(place, [entry]);
    else known.push(entry);
  }
  const devicesOf = ({ route }: FibEntry): readonly string[] =>
    route.nexthops.flatMap((hop) => (hop.dev !== null && isUsable(space, hop, key) ? [hop.dev] : []));
  for (const group of alike.values()) {
    if (group.length < 2) continue;
    const all = new Set(group.flatMap(devicesOf));
    for (const entry of group) {
      const own = devicesOf(entry);
      const others = [...all].filter((dev) => !own.includes(dev));
      passing.set(entry, space.bdd.union(others.map((dev) => cameInBy(space, dev))));
    }
  }
  return passing;
}

interface LineAsking extends TableAsking {
  /** Packets that do not take the entry. */
  readonly passing: Ref;
}

/** What an entry says to whom; nothing where it has no next hop that may be used. */
function linesOf<T extends Keyed>(
  space: Space,
  entry: FibEntry,
  classes: Classes<T>,
  asking: LineAsking,
): readonly Line[] {
  const { route, net, length } = entry;
  const { src, dev } = asking.key;
  if (passesBy(route, dev)) return [];
  let may: Ref = space.bdd.minus(hasTos(space, asking.key, route.tos), asking.passing);
  if (route.from !== null) {
    const from = netOf(route.from);
    if (src !== null) may = space.bdd.and(may, space.inNet(src, from));
    else if (from.value !== 0n) return [];
  }
  const ways = waysOf(space, entry, classes, asking);
  return ways === null || may === FALSE ? [] : [{ value: net.value, length, may, ways }];
}

function waysOf<T extends Keyed>(
  space: Space,
  entry: FibEntry,
  classes: Classes<T>,
  { key, byHop, isSuppressed }: TableAsking,
): Line["ways"] | null {
  const { route } = entry;
  const fails = (error: FibError): Line["ways"] => [{ when: TRUE, to: classes.of({ kind: "error", error, entry }) }];
  const leads = (hop: Nexthop | null): Class => {
    const found = { kind: "route", entry, hop } as const;
    if (isSuppressed?.(found) === true) return NONE;
    return classes.of(refusesByLo(route, hop?.dev ?? null) ? { kind: "error", error: "by-lo", entry } : found);
  };
  switch (route.type) {
    case "throw":
      return [{ when: TRUE, to: NONE }];
    case "unreachable":
      return fails(space.layout.family === "ip" ? "host-unreachable" : "net-unreachable");
    case "prohibit":
      return fails("prohibited");
    case "blackhole":
      return fails("blackhole");
    case "unicast":
    case "local":
    case "broadcast":
    case "anycast":
    case "multicast": {
      const usable = route.nexthops.filter((hop) => isUsable(space, hop, key));
      if (usable.length === 0)
        return route.nexthops.length === 0 && key.dev === null ? [{ when: TRUE, to: leads(null) }] : null;
      const hops = byHop ? usable : usable.slice(0, 1);
      return chosen(space, route, hops, key).map(({ when, hop }) => ({ when, to: leads(hop) }));
    }
  }
}

/** May a lookup take the next hop? */
export function isUsable(
  { program, layout: { family } }: Space,
  hop: Nexthop,
  { dev, anyLink }: Pick<LookupKey, "dev" | "anyLink">,
): boolean {
  return (dev === null || hop.dev === dev) && hasLink(program, family, hop, anyLink);
}

/** fib_select_multipath: a seeded hash chooses, so any next hop may be it. */
function chosen(
  space: Space,
  { span }: Route,
  hops: readonly Nexthop[],
  { dst }: LookupKey,
): readonly { readonly when: Ref; readonly hop: Nexthop }[] {
  const { bdd } = space;
  const place = `${span.file}:${String(span.line)}`;
  let rest: Ref = TRUE;
  return hops.map((hop, index) => {
    const what = `this flow leaves by ${hop.dev ?? "?"} (${place})`;
    const isLast = index === hops.length - 1;
    const why = "the multipath hash is seeded";
    const taken = isLast ? TRUE : space.unknown(`${dst} next hop ${String(index)} of ${place}`, { what, why });
    const when = bdd.and(rest, taken);
    rest = bdd.minus(rest, taken);
    return { when, hop };
  });
}
