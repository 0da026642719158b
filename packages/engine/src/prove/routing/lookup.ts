import { tableName } from "../../compile/fib.ts";
import type { RoutingRule } from "../../model/routing.ts";
import type { FibEntry, RouteTable } from "../../program/program.ts";
import type { FibError } from "../../program/refusing-route.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import type { LookupKey } from "./lookup-key.ts";
import { mergedLookup } from "./merged.ts";
import { selectedBy } from "./selector.ts";
import { lookupTable } from "./table.ts";
import type { Answer, Answers, Describe, Found, Keyed, TableAsking } from "./table.ts";

/** Answers by their keys, equal ones as one. */
class Gathered<T extends Keyed> {
  readonly #known = new Map<string, { readonly value: T; readonly parts: Ref[]; route: Answer<T>["route"] }>();

  add({ value, when, route }: Answer<T>): void {
    if (when === FALSE) return;
    const known = this.#known.get(value.key);
    if (known === undefined) this.#known.set(value.key, { value, route, parts: [when] });
    else {
      known.parts.push(when);
      if (known.route !== route) known.route = null;
    }
  }

  answers({ bdd }: Space): readonly Answer<T>[] {
    return [...this.#known.values()].map(({ value, parts, route }) => ({ value, route, when: bdd.union(parts) }));
  }
}

const RULE_ERRORS: Readonly<Partial<Record<RoutingRule["action"]["kind"], FibError>>> = {
  unreachable: "net-unreachable",
  prohibit: "prohibited",
  blackhole: "blackhole",
};

/** fib_rules_lookup (net/core/fib_rules.c) of every packet at once. A table is looked through once for all that ask it alike. */
export class Lookups<T extends Keyed> {
  readonly #space: Space;
  readonly #describe: Describe<T>;
  readonly #byHop: boolean;
  readonly #tables = new Map<string, Answers<T>>();
  /** The first rule of each priority: where `goto` goes. */
  readonly #places = new Map<number, number>();

  /** `byHop`: of a multipath route each next hop is an answer of its own. */
  constructor(space: Space, describe: Describe<T>, { byHop }: { readonly byHop: boolean }) {
    this.#space = space;
    this.#describe = describe;
    this.#byHop = byHop;
    for (const [index, { priority }] of space.family.fib.rules.entries())
      if (!this.#places.has(priority)) this.#places.set(priority, index);
  }

  /** The first rule whose action answers. */
  of(key: LookupKey): Answers<T> {
    const { bdd, family } = this.#space;
    const jumped = new Map<number, Ref>();
    const gathered = new Gathered<T>();
    let here: Ref = TRUE;
    for (const [index, rule] of family.fib.rules.entries()) {
      here = bdd.or(here, jumped.get(index) ?? FALSE);
      const taken = here === FALSE ? FALSE : bdd.and(here, selectedBy(this.#space, rule, key));
      if (taken === FALSE) continue;
      const { action } = rule;
      const error = RULE_ERRORS[action.kind];
      if (error !== undefined) {
        gathered.add({ when: taken, value: this.#describe({ kind: "error", error, entry: null }), route: null });
        here = bdd.minus(here, taken);
      } else if (action.kind === "goto") {
        // A target that stands before the rule, or is not there, is none.
        const target = this.#places.get(action.priority) ?? -1;
        if (target <= index) continue;
        jumped.set(target, bdd.or(jumped.get(target) ?? FALSE, taken));
        here = bdd.minus(here, taken);
      } else if (action.kind === "lookup") {
        const { found, none } = this.#rule(rule, action.table, key);
        for (const answer of found) gathered.add({ ...answer, when: bdd.and(taken, answer.when) });
        here = bdd.or(bdd.minus(here, taken), bdd.and(taken, none));
      }
    }
    return { found: gathered.answers(this.#space), none: here };
  }

  #rule(rule: RoutingRule, name: string, key: LookupKey): Answers<T> {
    const { suppressPrefixLength, suppressIfGroup, priority } = rule;
    const isFirst = priority === 0 && this.#space.family.fib.maybeMerged;
    // Rules may ask for more; these are what a table looks at.
    const { dst, src, dev, near, anyLink, hasTos } = key;
    const text = JSON.stringify([
      name,
      dst,
      src,
      dev,
      near,
      anyLink,
      hasTos,
      suppressPrefixLength,
      suppressIfGroup,
      isFirst,
    ]);
    const known = this.#tables.get(text);
    if (known !== undefined) return known;
    const asking: TableAsking = {
      key,
      byHop: this.#byHop || suppressIfGroup !== null,
      isSuppressed: suppression(this.#space, rule),
    };
    const answers = isFirst
      ? mergedLookup(this.#space, this.#describe, asking)
      : lookupTable(this.#space, entriesOf(this.#space, tableName(name), key.dev), this.#describe, asking);
    this.#tables.set(text, answers);
    return answers;
  }
}

/** fib4_rule_suppress, fib6_rule_suppress: `suppress_prefixlength`, `suppress_ifgroup`. */
function suppression(
  { program }: Space,
  { suppressPrefixLength, suppressIfGroup }: RoutingRule,
): TableAsking["isSuppressed"] {
  if (suppressPrefixLength === null && suppressIfGroup === null) return null;
  return ({ entry, hop }: Found & { kind: "route" }): boolean => {
    if (suppressPrefixLength !== null && entry.length <= suppressPrefixLength) return true;
    const dev = hop?.dev ?? null;
    return suppressIfGroup !== null && dev !== null && program.links.get(dev)?.group === suppressIfGroup;
  };
}

/** The places of the entries of a table by device; null: those that are held to none. */
interface ByDevice {
  readonly entries: readonly FibEntry[];
  readonly places: ReadonlyMap<string | null, readonly number[]>;
}

const sorted = new WeakMap<RouteTable, ByDevice>();

/** The entries of a table, or those that a lookup held to one device may find; of each prefix in the kernel's order. */
function entriesOf({ family }: Space, name: string, dev: string | null): readonly FibEntry[] {
  const table = family.fib.tables.get(name);
  if (table === undefined) return [];
  if (dev === null) return table.entries();
  const known = sorted.get(table) ?? sortedByDevice(table.entries());
  sorted.set(table, known);
  const places = [...(known.places.get(dev) ?? []), ...(known.places.get(null) ?? [])].sort((a, b) => a - b);
  return places.flatMap((place) => known.entries[place] ?? []);
}

function sortedByDevice(entries: readonly FibEntry[]): ByDevice {
  const places = new Map<string | null, number[]>();
  for (const [place, { route }] of entries.entries()) {
    const devices = route.nexthops.length === 0 ? [null] : new Set(route.nexthops.map(({ dev }) => dev));
    for (const dev of devices) {
      const list = places.get(dev);
      if (list === undefined) places.set(dev, [place]);
      else list.push(place);
    }
  }
  return { entries, places };
}
