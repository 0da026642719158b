import { bitsOf } from "../../base/address.ts";
import type { Route } from "../../model/routing.ts";
import type { AddressField } from "../../program/test.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { OPEN, longestPrefix } from "./longest-prefix.ts";

/** inet_lookup_ifaddr_rcu: the very addresses that devices have; what the local table holds as a network, 127.0.0.0/8, is none. */
export function deviceAddresses(space: Space, field: AddressField): Ref {
  const entries = space.family.fib.tables.get("local")?.entries() ?? [];
  const own = entries.filter(({ route, net, length }) => route.type === "local" && length === bitsOf(net.value));
  return space.bdd.union(own.map(({ net }) => space.inNet(field, net)));
}

/** Addresses by what the local table has for them. */
export interface LocalPart {
  readonly when: Ref;
  /** Null: nothing. */
  readonly type: Route["type"] | null;
  readonly devices: readonly (string | null)[];
}

/** inet_dev_addr_type: the local table alone, longest prefix first, whatever policy rules and TOS say. Disjoint; together every address. */
export function localParts(space: Space, field: AddressField): readonly LocalPart[] {
  const numbers = new Map<string, number>();
  const parts: Omit<LocalPart, "when">[] = [];
  const lines = (space.family.fib.tables.get("local")?.entries() ?? []).map(({ route, net, length }) => {
    const devices = [...new Set(route.nexthops.map(({ dev }) => dev))];
    const key = JSON.stringify([route.type, devices]);
    const to = numbers.get(key) ?? parts.length;
    if (to === parts.length) parts.push({ type: route.type, devices });
    numbers.set(key, to);
    return { value: net.value, length, may: TRUE, ways: [{ when: TRUE, to }] };
  });
  const regions = longestPrefix(space.bdd, space.layout.bits[field], lines);
  return [
    ...parts.map((part, number) => ({ ...part, when: regions.get(number) ?? FALSE })),
    { type: null, devices: [], when: regions.get(OPEN) ?? FALSE },
  ];
}
