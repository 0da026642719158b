import type { Ref } from "../bdd/bdd.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import { changed } from "../flow.ts";
import type { Flow } from "../flow.ts";
import type { Space } from "../space.ts";
import { ERROR_WORDS, decisions, strangeGroups, unknownWay, waysOf } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { heldToRoute } from "./link-bound.ts";
import { localParts } from "./local-address.ts";
import { MADE } from "./lookup-key.ts";
import { Lookups } from "./lookup.ts";
import { Routing } from "./routed.ts";
import type { RoutedSet, Way } from "./routed.ts";
import { LIMITED_BROADCAST, v4Net } from "./special-address.ts";

/**
 * ip_route_output_key_hash_rcu (net/ipv4/route.c), ip6_route_output: packets made here that have their source; and the same again where
 * OUTPUT has changed what it depends on (ip_route_me_harder). No socket is bound to a device.
 */
export function outputRouting(space: Space, why: Why): readonly RoutedSet[] {
  return outputOf(space, why).sets();
}

/** Those of them that leave, with the device that they leave by in their bits of `oif`: lo where they are for this node. */
export function outputLeaving(space: Space, why: Why): Flow {
  const { layout } = space;
  const leaving = outputOf(space, why).flow({ isMade: true });
  if (layout.family === "ip6") return leaving;
  // RTCF_LOCAL (__mkroute_output): whether what lo brings back is delivered is decided here.
  const strange = strangeGroups(space);
  return changed(
    leaving,
    layout.bits.strangeGroup.flatMap((level) => (level === null ? [] : [[level, strange] as const])),
  );
}

/** Before OUTPUT, or behind a chain of it. */
type Why = "output" | "reroute";

const known: Readonly<Record<Why, WeakMap<Space, Routing>>> = { output: new WeakMap(), reroute: new WeakMap() };

function outputOf(space: Space, asked: Why): Routing {
  const why = space.layout.family === "ip" ? "output" : asked;
  let routing = known[why].get(space);
  if (routing === undefined) {
    routing = new Routing(space);
    const rest = space.layout.family === "ip" ? afterGroups(space, routing) : TRUE;
    routeByTables(space, routing, rest, why);
    known[why].set(space, routing);
  }
  return routing;
}

/** rawv6_sendmsg: packets for :: are looked up for ::1, at first (ip6_route_me_harder looks for :: itself). */
function asLookedUp(space: Space, when: Ref, why: Why): Ref {
  const { bdd, layout } = space;
  if (layout.family === "ip" || why === "reroute") return when;
  const last = layout.bits.dst.length - 1;
  const loopback = new Map(
    layout.bits.dst.flatMap((level, at) => (level === null ? [] : [[level, at === last] as const])),
  );
  return bdd.ite(space.is("dst", 0n), bdd.restrict(when, loopback), when);
}

/** Destinations of IPv4 that no table is asked for: this host itself, and groups, which the device with the source reaches. */
function afterGroups(space: Space, routing: Routing): Ref {
  const { bdd, program } = space;
  const itself = space.is("dst", 0);
  routing.deliver(() => itself, null);
  const group = bdd.or(space.is("dst", LIMITED_BROADCAST), v4Net(space, "dst", "multicast"));
  const rest = bdd.not(bdd.or(itself, group));
  const taken = new Set<number>();
  const ways: Way[] = [];
  for (const { name, addresses } of program.links.values()) {
    const own = addresses.flatMap(({ prefix: { address } }) => (typeof address === "number" ? [address] : []));
    const sources = space.bdd.union(own.filter((one) => !taken.has(one)).map((one) => space.is("src", one)));
    for (const one of own) taken.add(one);
    if (sources === FALSE) continue;
    ways.push({ when: bdd.and(group, sources), to: { kind: "forward", oif: name, via: null, notes: [] } });
  }
  // __ip_dev_find: an address that no device has, of 127.0.0.0/8 mostly, is the local table's device's.
  const devices = bdd.and(group, bdd.union([...taken].map((one) => space.is("src", one))));
  for (const part of localParts(space, "src")) {
    const when = bdd.minus(bdd.and(group, part.when), devices);
    if (part.type !== "local" || when === FALSE) continue;
    const [oif = null] = part.devices;
    ways.push({ when, to: { kind: "forward", oif, via: null, notes: oif === null ? ["untold"] : [] } });
  }
  const going = bdd.union(ways.map(({ when }) => when));
  routing.forward(going, ways);
  const others = bdd.minus(group, going);
  if (!program.hasLinks) return bdd.or(rest, others);
  routing.refuse(() => others, "route", "source is no address of this node");
  return rest;
}

function routeByTables(space: Space, routing: Routing, asking: Ref, why: Why): void {
  const { bdd } = space;
  const lookups = new Lookups(space, decisions(space), { byHop: true });
  const ways: Way[] = [];
  for (const { among, dev } of linksAsked(space, asking, why)) {
    const { found, none } = lookups.of({ ...MADE, dev, oif: dev });
    for (const { value, route, ...answer } of found) {
      const when = bdd.and(asLookedUp(space, answer.when, why), among);
      if (value.kind === "error" && value.error === "by-lo") ways.push(refusedLater(when));
      else if (value.kind === "error") routing.refuse(() => when, "route", ERROR_WORDS[value.error]);
      else if (value.kind === "local" || isForThisNode(value)) routing.deliver(() => when, route);
      else for (const way of waysOf({ when, value })) ways.push(way);
    }
    const unanswered = bdd.and(asLookedUp(space, none, why), among);
    if (space.family.fib.complete) routing.refuse(() => unanswered, "route", ERROR_WORDS["net-unreachable"]);
    else ways.push(unknownWay(unanswered));
  }
  const refused = space.layout.family === "ip" ? refusedLoopback(space, ways) : FALSE;
  routing.refuse(() => refused, "martian", "a loopback source does not leave: route_localnet is 0");
  routing.forward(bdd.minus(bdd.union(ways.map(({ when }) => when)), refused), ways);
}

/** fib6_is_reject: a route as OUTPUT sees it, behind which the packet is lost. */
function refusedLater(when: Ref): Way {
  return { when, to: { kind: "forward", oif: "lo", via: null, notes: ["by-lo"] } };
}

/** Packets by the device that their lookup is held to; null: to none. */
function linksAsked(
  space: Space,
  asking: Ref,
  why: Why,
): readonly { readonly among: Ref; readonly dev: string | null }[] {
  const { bdd, layout } = space;
  if (layout.family === "ip" || why === "output") return [{ among: asking, dev: null }];
  const { strict, byDevice } = heldToRoute(space);
  const held = byDevice.map(({ dev, when }) => ({ among: bdd.and(asking, when), dev }));
  return [{ among: bdd.minus(asking, strict), dev: null }, ...held.filter(({ among }) => among !== FALSE)];
}

/** RTCF_LOCAL (__mkroute_output): what leaves by lo is, too; of broadcasts it makes no difference. */
function isForThisNode({ type, oif }: Decision & { kind: "route" }): boolean {
  return type === "anycast" || (oif === "lo" && type !== "broadcast");
}

/** A loopback source leaves by no device that does not route such addresses. */
function refusedLoopback(space: Space, ways: readonly Way[]): Ref {
  const { bdd, program } = space;
  const isRefused = (oif: string | null): boolean =>
    oif !== null && oif !== "lo" && !program.sysctl.either("ipv4", oif, "route_localnet", 0);
  const refusing = bdd.union(ways.flatMap(({ when, to }) => (isRefused(to.oif) ? [when] : [])));
  return bdd.and(v4Net(space, "src", "loopback"), refusing);
}
