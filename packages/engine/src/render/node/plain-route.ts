import type { Address, Family, Prefix } from "../../base/address.ts";
import { familyOf, netOf } from "../../base/address.ts";
import type { Route, RouteType } from "../../model/routing.ts";

/** A route by one next hop. Absent: none, of table main, of type unicast. */
export interface RouteSpec {
  readonly to: Prefix;
  readonly dev: string;
  readonly type?: RouteType;
  readonly via?: Address | null;
  readonly src?: Address | null;
  readonly metric?: number | null;
  readonly table?: string;
  readonly protocol?: string | null;
  readonly mtu?: number;
}

/** The route, without a place in a file. Its scope is the one that iproute2 and the agents choose. */
export function plainRoute(spec: RouteSpec): Route {
  const { to, dev, type = "unicast", via = null, src = null, metric = null, table = "main", protocol = null } = spec;
  const family = familyOf(to.address);
  return {
    family,
    type,
    dst: networkOf(to),
    from: null,
    tos: null,
    table,
    metric,
    scope: scopeOf(family, type, via),
    protocol,
    prefSrc: src,
    nexthops: [{ via, dev, weight: 1, flags: [] }],
    extras: spec.mtu === undefined ? [] : [["mtu", String(spec.mtu)]],
    span: { file: "", line: 0 },
  };
}

/** A prefix with its host part cleared. */
export function networkOf(prefix: Prefix): Prefix {
  return { address: netOf(prefix).value, length: prefix.length };
}

/** IPv6 has none. */
function scopeOf(family: Family, type: RouteType, via: Address | null): string | null {
  if (family === "ip6" || via !== null) return null;
  return type === "local" ? "host" : "link";
}
