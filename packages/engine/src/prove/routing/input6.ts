import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { ERROR_WORDS, decisions, isMember, isOn, routeUntold, waysOf } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { ARRIVED } from "./lookup-key.ts";
import { Lookups } from "./lookup.ts";
import { Routing } from "./routed.ts";
import type { Way } from "./routed.ts";
import { linkBound } from "./link-bound.ts";
import { v6Net } from "./special-address.ts";
import type { Answers } from "./table.ts";

const ALL_NODES = (0xff02n << 112n) | 1n;
const ALL_ROUTERS = [(0xff02n << 112n) | 2n, (0xff05n << 112n) | 2n] as const;

/** ip6_route_input, ip6_mc_input, and the sysctl that ip6_forward asks for: IPv6 has no source checks of its own. */
export function routeInput6(space: Space): Routing {
  const { bdd } = space;
  const routing = new Routing(space);
  const group = v6Net(space, "dst", "multicast");
  const joined = bdd.and(group, bdd.or(everyNode(space), isMember(space)));
  routing.deliver(() => joined, null);
  routing.refuse(() => bdd.minus(group, joined), "route", "not a member of the multicast group");
  const unicast = bdd.not(group);
  const lookups = new Lookups(space, decisions(space), { byHop: true });
  const { strict, byDevice } = linkBound(space, "dst", unicast);
  take(space, routing, lookups.of({ ...ARRIVED, near: "metric" }), bdd.minus(unicast, strict));
  for (const { dev, when } of byDevice) take(space, routing, lookups.of({ ...ARRIVED, dev }), when);
  return routing;
}

/** The groups that every node joins, or every router (addrconf_join_…). */
function everyNode(space: Space): Ref {
  const { bdd } = space;
  const routers = bdd.union(ALL_ROUTERS.map((address) => space.is("dst", address)));
  return bdd.or(space.is("dst", ALL_NODES), bdd.and(routers, isRouter(space)));
}

/** IPv6 asks for the node's setting alone, whatever the device. */
function isRouter(space: Space): Ref {
  return isOn(space, space.program.sysctl.forwards("ip6", ""));
}

/** What a lookup says of the packets that ask it so. */
function take(space: Space, routing: Routing, { found, none }: Answers<Decision>, asking: Ref): void {
  const { bdd } = space;
  const ways: Way[] = [];
  const forwards = isRouter(space);
  for (const answer of found) {
    const { value, route } = answer;
    const when = bdd.and(answer.when, asking);
    if (value.kind === "error") routing.refuse(() => when, "route", ERROR_WORDS[value.error]);
    else if (value.kind === "local" || value.type === "anycast") routing.deliver(() => when, route);
    else {
      for (const way of waysOf({ ...answer, when: bdd.and(when, forwards) })) ways.push(way);
      routing.refuse(() => bdd.minus(when, forwards), "forwarding", "net.ipv6.conf.all.forwarding is 0");
    }
  }
  routing.forward(bdd.union(ways.map(({ when }) => when)), ways);
  if (space.family.fib.complete) routing.refuse(() => bdd.and(none, asking), "route", ERROR_WORDS["net-unreachable"]);
  else routeUntold(space, routing, asking, none);
}
