import type { AddressField } from "../../program/test.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { cameInBy } from "./selector.ts";
import { v6Net } from "./special-address.ts";

/** Packets whose lookup is held to one device. */
export interface LinkBound {
  readonly strict: Ref;
  /** All of them; `dev` null of none that a route names. */
  readonly byDevice: readonly { readonly dev: string; readonly when: Ref }[];
}

/** A device that no route leads by. */
export const NO_DEVICE = "";

/** rt6_need_strict: addresses that are only looked for on one link, here that by which the packet came in. */
export function linkBound(space: Space, field: AddressField, among: Ref): LinkBound {
  const { bdd } = space;
  const strict = bdd.and(among, bdd.or(needingLink(space, field), space.is(field, 1n)));
  return { strict, byDevice: byDevice(space, strict, (dev) => cameInBy(space, dev)) };
}

/** ip6_route_me_harder: of packets that are routed anew, those that are held to the link by which they were to leave. */
export function heldToRoute(space: Space): LinkBound {
  const strict = needingLink(space, "dst");
  return { strict, byDevice: byDevice(space, strict, (dev) => space.device("nextOif", dev, false)) };
}

/** Every link has such addresses of its own. */
function needingLink(space: Space, field: AddressField): Ref {
  return space.bdd.or(v6Net(space, field, "linkLocal"), v6Net(space, field, "multicast"));
}

function byDevice(space: Space, strict: Ref, isOf: (dev: string) => Ref): LinkBound["byDevice"] {
  const { bdd } = space;
  let others = strict;
  const held = routeDevices(space).map((dev) => {
    const when = bdd.and(others, isOf(dev));
    others = bdd.minus(others, when);
    return { dev, when };
  });
  return [...held, { dev: NO_DEVICE, when: others }];
}

/** The devices that some route leads by. */
export function routeDevices({ family }: Space): readonly string[] {
  const names = new Set<string>();
  for (const table of family.fib.tables.values())
    for (const { route } of table.entries()) for (const { dev } of route.nexthops) if (dev !== null) names.add(dev);
  return [...names];
}
