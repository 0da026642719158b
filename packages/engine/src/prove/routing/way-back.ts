import type { Nexthop, RouteType } from "../../model/routing.ts";
import { FALSE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { cameInBy } from "./selector.ts";
import type { Answer, Found, Keyed } from "./table.ts";

/** The route that an answer to a packet would take. */
export interface Back extends Keyed {
  /** Null: there is none. */
  readonly type: RouteType | null;
  /** Of any of its next hops. */
  readonly devices: readonly string[];
}

/** By any of its next hops, or by those that are not left out. */
export function describeBack(found: Found, isMeant: (hop: Nexthop) => boolean = () => true): Back {
  if (found.kind === "error") return { key: "error", type: null, devices: [] };
  const { type, nexthops } = found.entry.route;
  const devices = [...new Set(nexthops.filter(isMeant).flatMap(({ dev }) => dev ?? []))];
  return { key: JSON.stringify([type, devices]), type, devices };
}

/** fib_info_nh_uses_dev: packets to which a route leads back by the device that they came in by. */
export function bySameDevice(space: Space, found: readonly Pick<Answer<Back>, "when" | "value">[]): Ref {
  const { bdd } = space;
  const byDevice = new Map<string, Ref[]>();
  for (const { when, value } of found)
    for (const dev of value.devices) {
      const parts = byDevice.get(dev);
      if (parts === undefined) byDevice.set(dev, [when]);
      else parts.push(when);
    }
  // In the order of the devices' numbers: neighbours share their upper bits.
  const names = [...byDevice.keys()].sort((a, b) => (a < b ? -1 : 1));
  return bdd.union(names.map((name) => bdd.and(cameInBy(space, name), bdd.union(byDevice.get(name) ?? [FALSE]))));
}
