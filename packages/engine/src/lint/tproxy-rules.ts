import type { Delivery } from "../explain/delivery.ts";
import { deliveryOf } from "../explain/needs.ts";
import type { Node } from "../explain/node.ts";
import type { Place } from "../explain/place.ts";
import type { Route, RoutingRule } from "../model/routing.ts";
import type { RouteTables } from "./route-tables.ts";
import { ownTableOf } from "./route-tables.ts";

/** A rule that gives packets for others to a transparent socket of this node. */
export interface TproxyRule {
  readonly place: Place;
  readonly delivery: Delivery;
}

export function tproxyRules({ rules }: Node): readonly TproxyRule[] {
  return rules.flatMap((place) => {
    const delivery = deliveryOf(place);
    return delivery?.isTransparent === true ? [{ place, delivery }] : [];
  });
}

/**
 * The routing rules that may take the packet of a TPROXY rule to a table of its own, where a route can make it this node's.
 * Without a mark of its own any may.
 */
export function rulesForProxied({ mark }: Delivery, { rules }: RouteTables): readonly RoutingRule[] {
  return rules.filter((rule) => {
    const { fwmark, not } = rule;
    const mayMatch = not || fwmark === null || mark === null || ((fwmark.mark ^ mark) & fwmark.mask) === 0;
    return mayMatch && ownTableOf(rule) !== null;
  });
}

/** Does a route deliver here what is for others? */
export function deliversAll({ type, dst }: Route): boolean {
  return type === "local" && dst.length <= 1;
}
