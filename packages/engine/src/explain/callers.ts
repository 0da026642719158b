import type { AnyTable, Place } from "./place.ts";
import { mapTargets } from "./nft/leads.ts";

/** What leads where, in one table. */
export interface Callers {
  /** The rules that jump or go to a chain, also by a map of verdicts: the first of them, and how many there are. */
  of(chain: string, most: number): Leading;
  /** The base chains from which a packet can get to a chain; of a base chain itself. */
  hooks(chain: string): ReadonlySet<string>;
}

/** A chain of a map with many rules has as many callers as all its others: nobody lists them for each. */
export interface Leading {
  readonly first: readonly Place[];
  readonly count: number;
}

const NOWHERE: ReadonlySet<string> = new Set<string>();

/** A map of verdicts is a stop on the way between a rule and its chains: so each element counts once. */
export function callersIn(table: AnyTable, places: readonly Place[]): Callers {
  const rules = new Map<string, Place[]>();
  const nexts = new Map<string, Set<string>>();
  const link = (from: string, to: string): void => {
    add(nexts, from, () => new Set<string>()).add(to);
  };
  for (const place of places) {
    for (const target of place.view.leadsTo) {
      add(rules, target, () => []).push(place);
      link(place.chain.name, target);
    }
  }
  const maps = new Map<string, string[]>();
  for (const [map, targets] of "sets" in table ? mapTargets(table) : []) {
    for (const target of targets) {
      add(maps, target, () => []).push(map);
      link(map, target);
    }
  }
  const hooks = hooksOf(table, nexts);
  return {
    of: (chain, most) => {
      const sources = [chain, ...(maps.get(chain) ?? [])].map((name) => rules.get(name) ?? []);
      const first = new Set(sources.flatMap((places) => places.slice(0, most)));
      return { first: [...first].slice(0, most), count: sources.reduce((sum, places) => sum + places.length, 0) };
    },
    hooks: (chain) => hooks.get(chain) ?? NOWHERE,
  };
}

function add<Value>(all: Map<string, Value>, key: string, make: () => Value): Value {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  all.set(key, made);
  return made;
}

/** From each base chain forwards: every chain that it leads to, by jumps and gotos of whatever depth. */
function hooksOf(
  table: AnyTable,
  nexts: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const hooks = new Map<string, Set<string>>();
  for (const base of table.chains.filter(isBase)) {
    const reached = new Set([base.name]);
    // A set that grows while it is gone through: each chain once.
    for (const name of reached) {
      add(hooks, name, () => new Set<string>()).add(base.name);
      for (const next of nexts.get(name) ?? []) reached.add(next);
    }
  }
  return hooks;
}

function isBase(chain: AnyTable["chains"][number]): boolean {
  return "base" in chain ? chain.base !== null : chain.policy !== null;
}
