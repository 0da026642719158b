import type { Address } from "../../base/address.ts";
import { netOf } from "../../base/address.ts";
import type { Nexthop, Route } from "../../model/routing.ts";
import type { FibEntry } from "../../program/program.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Bdd, Ref } from "../bdd/bdd.ts";
import { isSet } from "../bdd/numbers.ts";
import type { Bits } from "../bdd/numbers.ts";
import type { Space } from "../space.ts";
import type { LookupKey } from "./lookup-key.ts";

/** The errno that a lookup ends with, by the ICMP error that the kernel answers. */
export type FibError = "net-unreachable" | "host-unreachable" | "prohibited" | "blackhole";

/** What a lookup comes to. */
export type Found =
  | { readonly kind: "route"; readonly route: Route; readonly length: number; readonly hop: Nexthop | null }
  | { readonly kind: "error"; readonly error: FibError; readonly route: Route | null };

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

/** Number of an answer; those below stand for none. */
type Class = number;
/** Shorter prefixes are asked. */
const OPEN: Class = -1;
/** `throw`, or a route that counts as none: the next rule is asked. */
const NONE: Class = -2;

/** An entry as the trie takes it. */
interface Line {
  readonly value: Address;
  readonly length: number;
  /** The packets that may take it: TOS and source. */
  readonly may: Ref;
  /** Disjoint; together every packet. */
  readonly ways: readonly { readonly when: Ref; readonly to: Class }[];
}

/** fib_table_lookup (net/ipv4/fib_trie.c), fib6_lookup: every destination of one table at once. */
export function lookupTable<T extends Keyed>(
  space: Space,
  entries: readonly FibEntry[],
  describe: Describe<T>,
  asking: TableAsking,
): Answers<T> {
  const classes = new Classes(describe);
  const lines = entries.flatMap((entry) => linesOf(space, entry, classes, asking));
  // Stable: entries of one prefix stay in the kernel's order of preference.
  lines.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.length - b.length));
  const trie = new Trie(space.bdd, space.layout.bits[asking.key.dst], lines);
  const regions = trie.regions(0, lines.length, 0);
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
    let number = this.#numbers.get(value.key);
    const known = this.#answers[number ?? -1];
    if (known === undefined) {
      number = this.#answers.length;
      this.#numbers.set(value.key, number);
      this.#answers.push({ value, route: found.route });
    } else if (known.route !== found.route) known.route = null;
    return number ?? NONE;
  }

  answer(number: Class): Omit<Answer<T>, "when"> | null {
    return this.#answers[number] ?? null;
  }
}

const ECN_MASK = 0xfc;

/** What an entry says to whom; nothing where it has no next hop that may be used. */
function linesOf<T extends Keyed>(
  space: Space,
  entry: FibEntry,
  classes: Classes<T>,
  asking: TableAsking,
): readonly Line[] {
  const { route, net, length } = entry;
  const { src } = asking.key;
  let may: Ref = route.tos === null || route.tos === 0 ? TRUE : space.masked("tos", ECN_MASK, route.tos);
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
  { route, length }: FibEntry,
  classes: Classes<T>,
  { key, byHop, isSuppressed }: TableAsking,
): Line["ways"] | null {
  const fails = (error: FibError): Line["ways"] => [{ when: TRUE, to: classes.of({ kind: "error", error, route }) }];
  const leads = (hop: Nexthop | null): Class => {
    const found = { kind: "route", route, length, hop } as const;
    return isSuppressed?.(found) === true ? NONE : classes.of(found);
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
      const usable = route.nexthops.filter((hop) => isUsable(space, hop, key.dev));
      if (usable.length === 0)
        return route.nexthops.length === 0 && key.dev === null ? [{ when: TRUE, to: leads(null) }] : null;
      const hops = byHop ? usable : usable.slice(0, 1);
      return chosen(space, route, hops, key).map(({ when, hop }) => ({ when, to: leads(hop) }));
    }
  }
}

function isUsable(space: Space, { flags, dev }: Nexthop, wanted: string | null): boolean {
  if (flags.includes("dead")) return false;
  if (wanted !== null && dev !== wanted) return false;
  return !flags.includes("linkdown") || dev === null || !ignoresLinkDown(space, dev);
}

const IGNORE = "ignore_routes_with_linkdown";

/** ip_ignore_linkdown: either of the two. ip6_ignore_linkdown: the device's own, which writing `all` writes, too. */
function ignoresLinkDown({ layout, program: { sysctl } }: Space, dev: string): boolean {
  if (layout.family === "ip") return sysctl.either("ipv4", dev, IGNORE, 0);
  return sysctl.device("ipv6", dev, IGNORE, sysctl.number(`net.ipv6.conf.all.${IGNORE}`, 0)) !== 0;
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

/** Packets of a part of the trie by the answer that they get, as functions of the destination bits below it. Whoever asked owns it. */
type Regions = Map<Class, Ref>;

class Trie {
  readonly #bdd: Bdd;
  readonly #bits: Bits;
  readonly #lines: readonly Line[];

  constructor(bdd: Bdd, bits: Bits, lines: readonly Line[]) {
    this.#bdd = bdd;
    this.#bits = bits;
    this.#lines = lines;
  }

  /** Lines `from` to before `to` agree in their first `depth` bits; from the longest prefix up, each node is made once. */
  regions(from: number, to: number, depth: number): Regions {
    let inner = from;
    while (inner < to && this.#lines[inner]?.length === depth) inner++;
    const regions = inner === to ? new Map([[OPEN, TRUE]]) : this.#below(inner, to, depth);
    for (let at = from; at < inner; at++) this.#take(regions, this.#lines[at]);
    return regions;
  }

  #below(from: number, to: number, depth: number): Regions {
    const place = this.#bits.length - 1 - depth;
    let split = from;
    while (split < to && !isSet(this.#lines[split]?.value ?? 0, place)) split++;
    const level = this.#bits[depth] ?? 0;
    if (split === to) return this.#branched(level, this.regions(from, to, depth + 1), "low");
    if (split === from) return this.#branched(level, this.regions(from, to, depth + 1), "high");
    return this.#joined(level, this.regions(from, split, depth + 1), this.regions(split, to, depth + 1));
  }

  /** The other branch is open. */
  #branched(level: number, regions: Regions, side: "low" | "high"): Regions {
    if (!regions.has(OPEN)) regions.set(OPEN, FALSE);
    for (const [to, when] of regions) {
      const other = to === OPEN ? TRUE : FALSE;
      regions.set(to, side === "low" ? this.#node(level, when, other) : this.#node(level, other, when));
    }
    return regions;
  }

  #joined(level: number, low: Regions, high: Regions): Regions {
    for (const [to, when] of low) {
      const other = high.get(to) ?? FALSE;
      low.set(to, this.#node(level, when, other));
      high.delete(to);
    }
    for (const [to, when] of high) low.set(to, this.#node(level, FALSE, when));
    return low;
  }

  /** Conditions may stand above the destination's bits. */
  #node(level: number, low: Ref, high: Ref): Ref {
    const bdd = this.#bdd;
    return bdd.level(low) > level && bdd.level(high) > level
      ? bdd.node(level, low, high)
      : bdd.ite(bdd.variable(level), high, low);
  }

  #take(regions: Regions, line: Line | undefined): void {
    const bdd = this.#bdd;
    const open = regions.get(OPEN) ?? FALSE;
    if (line === undefined || open === FALSE) return;
    const here = bdd.and(open, line.may);
    regions.set(OPEN, bdd.minus(open, line.may));
    for (const { when, to } of line.ways) regions.set(to, bdd.or(regions.get(to) ?? FALSE, bdd.and(here, when)));
  }
}
