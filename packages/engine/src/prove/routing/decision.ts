import type { Address } from "../../base/address.ts";
import { printAddress } from "../../base/address.ts";
import type { Nexthop, Route, RouteType } from "../../model/routing.ts";
import type { Assumption } from "../../program/program.ts";
import type { FibError } from "../../program/refusing-route.ts";
import { routeMtu } from "../../program/route-mtu.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { nexthopMatters } from "./masquerade.ts";
import type { RouteNote, Routing, Way } from "./routed.ts";
import { ALL_HOSTS, v4Net } from "./special-address.ts";
import type { Answer, Describe, Keyed } from "./table.ts";

/** What a lookup says of the way that a packet takes. */
export type Decision = Keyed &
  (
    | { readonly kind: "error"; readonly error: FibError }
    | { readonly kind: "local" }
    | {
        readonly kind: "route";
        readonly type: Exclude<RouteType, "local">;
        readonly oif: string | null;
        readonly via: Address | null;
        readonly notes: readonly RouteNote[];
      }
  );

/** Ways out are told apart by device, and by next hop where MASQUERADE would give them different sources. */
export function decisions(space: Space): Describe<Decision> {
  return (found) => {
    if (found.kind === "error") return { key: found.error, kind: "error", error: found.error };
    const { type } = found.entry.route;
    if (type === "local") return { key: "local", kind: "local" };
    const oif = found.hop?.dev ?? null;
    const via = oif !== null && nexthopMatters(space, oif) ? (found.hop?.via ?? null) : null;
    const notes = [...notesOf(found.entry.route, found.hop)];
    const key = `${type} ${oif ?? ""} ${via === null ? "" : printAddress(via)} ${notes.join(" ")}`;
    return { key, kind: "route", type, oif, via, notes };
  };
}

function* notesOf(route: Route, hop: Nexthop | null): Iterable<RouteNote> {
  if ((hop?.dev ?? null) === null) yield "untold";
  if (hop?.flags.includes("linkdown") === true) yield "carrier";
  const mtu = routeMtu(route);
  if (mtu !== null) yield mtu;
}

export const ERROR_WORDS: Readonly<Record<FibError, string>> = {
  "net-unreachable": "no route",
  "host-unreachable": "unreachable route",
  prohibited: "prohibited route",
  blackhole: "blackhole route",
  "by-lo": "a route by lo refuses",
};

/** A lookup's answer as a way out, where it is one. */
export function waysOf({ when, value }: Pick<Answer<Decision>, "when" | "value">): readonly Way[] {
  if (value.kind !== "route") return [];
  const { oif, via, notes } = value;
  return [{ when, to: { kind: "forward", oif, via, notes } }];
}

/** A way that nobody knows. */
export function unknownWay(when: Ref): Way {
  return { when, to: { kind: "forward", oif: null, via: null, notes: ["untold"] } };
}

/**
 * No route dump: a packet that came in may be for this node or leave by any device. `asking`: whose lookup it is; `none`: those that it finds
 * nothing for.
 */
export function routeUntold(space: Space, routing: Routing, asking: Ref, none: Ref): void {
  const { bdd } = space;
  // Listed addresses have local routes, and none of them answered.
  const own = space.program.hasLinks ? FALSE : ownDestination(space);
  const packets = bdd.and(asking, none);
  routing.deliver(() => bdd.and(packets, own), null);
  const away = bdd.minus(packets, own);
  routing.forward(away, [unknownWay(away)]);
}

function ownDestination(space: Space): Ref {
  return space.unknown("own destination", {
    what: "the destination is an address of this node",
    why: "no ip addr and no route dump",
  });
}

/** Whether a node's setting is on: all packets, none, or those of a node where it is. */
export function isOn(space: Space, setting: boolean | Assumption): Ref {
  if (typeof setting === "boolean") return setting ? TRUE : FALSE;
  return space.unknown(setting.what, { what: setting.what, why: setting.why });
}

/** Members of a multicast group that no dump lists. */
export function isMember(space: Space): Ref {
  return space.unknown("multicast member", {
    what: "this node is a member of the multicast group",
    why: "no dump of multicast memberships",
  });
}

/** Why packets to a group go no further. */
export const NO_MEMBER = "not a member of the multicast group";

/** Packets to groups of IPv4 of which this node is no member; of 224.0.0.1 every host is one. */
export function strangeGroups(space: Space): Ref {
  const { bdd } = space;
  return bdd.minus(v4Net(space, "dst", "multicast"), bdd.or(space.is("dst", ALL_HOSTS), isMember(space)));
}
