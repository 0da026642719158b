import type { Route } from "../../model/routing.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { RoutedSet } from "../routing/routed.ts";
import type { Space } from "../space.ts";
import type { Fate } from "./fate.ts";

/** Routes that a journey need not tell apart. */
export type Gathered =
  | { readonly kind: "local"; readonly when: Ref }
  | {
      readonly kind: "forward";
      readonly when: Ref;
      readonly oif: string | null;
      /** Bytes; null: as long as a packet can be. */
      readonly mtu: number | null;
      /** The next hop's link is down. */
      readonly isLost: boolean;
    }
  | { readonly kind: "refused"; readonly when: Ref; readonly reason: Fate["reason"]; readonly what: string }
  | { readonly kind: "unknown"; readonly when: Ref; readonly what: string };

/** The routes by what a journey does with them. */
export function gathered(space: Space, routed: readonly RoutedSet[]): readonly Gathered[] {
  const kinds = new Map<string, { readonly route: Gathered; readonly sets: Ref[] }>();
  for (const one of routed) {
    const route = gatheredAs(space, one);
    const key = JSON.stringify({ ...route, when: 0 });
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { route, sets: [one.when] });
    else known.sets.push(one.when);
  }
  return [...kinds.values()].map(({ route, sets }) => ({ ...route, when: space.bdd.union(sets) }));
}

function gatheredAs({ program }: Space, { when, to }: RoutedSet): Gathered {
  switch (to.kind) {
    case "local":
      return { kind: "local", when };
    case "forward": {
      const { oif, route } = to;
      const isLost = route?.nexthops.some(({ dev, flags }) => dev === oif && flags.includes("linkdown")) === true;
      return { kind: "forward", when, oif, mtu: mtuOf(route) ?? program.links.get(oif ?? "")?.mtu ?? null, isLost };
    }
    case "refused":
      return { kind: "refused", when, reason: to.reason, what: to.what };
    case "unknown":
      return { kind: "unknown", when, what: to.what };
  }
}

/** `mtu 1400`, `mtu lock 1400`. */
function mtuOf(route: Route | null): number | null {
  const told = route?.extras.find(([name]) => name === "mtu")?.[1] ?? null;
  const digits = told === null ? null : /\d+$/.exec(told);
  return digits === null ? null : Number(digits[0]);
}
