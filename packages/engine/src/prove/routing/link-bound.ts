import type { AddressField } from "../../program/test.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { cameInBy } from "./selector.ts";
import { v6Net } from "./special-address.ts";

/** Packets whose lookup is held to the device that they came in by. */
export interface LinkBound {
  readonly strict: Ref;
  /** All of them; `dev` null of none that a route names. */
  readonly byDevice: readonly { readonly dev: string; readonly when: Ref }[];
}

/** A device that no route leads by. */
export const NO_DEVICE = "";

/** rt6_need_strict: such addresses are only looked for on one link. */
export function linkBound(space: Space, field: AddressField, among: Ref): LinkBound {
  const { bdd } = space;
  const addresses = [v6Net(space, field, "linkLocal"), v6Net(space, field, "multicast"), space.is(field, 1n)];
  const strict = bdd.and(among, bdd.union(addresses));
  let others = strict;
  const byDevice = routeDevices(space).map((dev) => {
    const when = bdd.and(strict, cameInBy(space, dev));
    others = bdd.minus(others, cameInBy(space, dev));
    return { dev, when };
  });
  return { strict, byDevice: [...byDevice, { dev: NO_DEVICE, when: others }] };
}

/** The devices that some route leads by. */
export function routeDevices({ family }: Space): readonly string[] {
  const names = new Set<string>();
  for (const table of family.fib.tables.values())
    for (const { route } of table.entries()) for (const { dev } of route.nexthops) if (dev !== null) names.add(dev);
  return [...names];
}
