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
 * The routing rules that may take the packet of a TPROXY rule to a table of its own, where a route can make it this node's:
 * bits that it does not write may be set already. Asked once for each mark.
 */
export function proxiedRouting({ rules }: RouteTables): (delivery: Delivery) => readonly RoutingRule[] {
  const own = rules.filter((rule) => ownTableOf(rule) !== null);
  const known = new Map<string, readonly RoutingRule[]>();
  return ({ mark, markMask }) => {
    const key = `${String(mark)} ${String(markMask)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = own.filter(({ fwmark, not }) => {
      if (not || fwmark === null || mark === null) return true;
      return ((fwmark.mark ^ mark) & fwmark.mask & markMask) === 0;
    });
    known.set(key, found);
    return found;
  };
}

/** Does a route deliver here what is for others? */
export function deliversAll({ type, dst }: Route): boolean {
  return type === "local" && dst.length <= 1;
}
