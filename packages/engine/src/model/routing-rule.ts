import type { Family } from "../base/address.ts";
import type { Span } from "../base/span.ts";
import type { Draft } from "./draft.ts";
import type { RoutingRule } from "./routing.ts";

/** A rule without selectors, for a reader to fill in or to take as it is. */
export function plainRoutingRule<A>(
  family: Family,
  priority: number,
  action: A,
  span: Span,
): Omit<Draft<RoutingRule>, "action"> & { action: A } {
  return {
    family,
    priority,
    not: false,
    from: null,
    to: null,
    tos: null,
    fwmark: null,
    iif: null,
    oif: null,
    uidRange: null,
    ipproto: null,
    sport: null,
    dport: null,
    tunId: null,
    l3mdev: false,
    action,
    suppressPrefixLength: null,
    suppressIfGroup: null,
    extras: [],
    span,
  };
}

/** `from all lookup local`, which the kernel has at 0 and some move to where rules have room before it. */
export function isLocalLookup({ action, from, to, fwmark, iif, oif, ipproto, not }: RoutingRule): boolean {
  const isPlain = !not && [from, to, fwmark, iif, oif, ipproto].every((selector) => selector === null);
  return isPlain && action.kind === "lookup" && action.table === "local";
}
