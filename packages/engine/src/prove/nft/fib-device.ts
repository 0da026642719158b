import { nameDatum } from "../../ext/nft/datatypes.ts";
import type { DataRange } from "../../program/value-set.ts";
import type { FibSpec } from "../../program/value.ts";
import { PROTO } from "../../program/protocol.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { unknownHere } from "../place.ts";
import type { Asking } from "../place.ts";
import { LIMITED_BROADCAST, ofOneLink, v4Net } from "../routing/special-address.ts";
import type { Found } from "../routing/table.ts";
import { describeBack } from "../routing/way-back.ts";
import type { Back } from "../routing/way-back.ts";
import type { Space } from "../space.ts";
import { asksOutput, routesTo, sideOf } from "./fib.ts";
import { constantBits } from "./word.ts";
import type { Readable, Word } from "./word.ts";

/** Packets by the device that leads to an address of theirs; for the others there is none, and its name is empty. Disjoint. */
type ByDevice = ReadonlyMap<string, Ref>;

/** `fib … oif` (nft_fib4_eval, nft_fib6_eval) as a key; null: nobody can say. */
export function fibDevice(asking: Asking, spec: FibSpec): Readable | null {
  const named = devicesOf(asking, spec);
  if (named === null) return null;
  const { bdd } = asking.space;
  const inside = ({ from, to }: DataRange): Ref => {
    const isIn = (name: string): boolean => nameDatum(name) >= from && nameDatum(name) <= to;
    const parts = [...named].filter(([name]) => isIn(name) !== isIn("")).map(([, when]) => when);
    return isIn("") ? bdd.not(bdd.union(parts)) : bdd.union(parts);
  };
  return { has: TRUE, inside };
}

/** The same as a number: its name, or whether there is one. */
export function fibDeviceWord(asking: Asking, spec: FibSpec, width: number): Word | null {
  const named = devicesOf(asking, spec);
  if (named === null) return null;
  const { bdd } = asking.space;
  const numbered = [...named].map(([name, when]) => ({
    when,
    number: constantBits(spec.result === "present" ? 1 : nameDatum(name), width),
  }));
  const bits = Array.from({ length: width }, (_, index) =>
    bdd.union(numbered.flatMap(({ when, number }) => (number[index] === TRUE ? [when] : []))),
  );
  return { has: TRUE, bits };
}

function devicesOf(asking: Asking, spec: FibSpec): ByDevice | null {
  const { space } = asking;
  const { bdd, family } = space;
  if (space.hasOpenSets || !family.fib.complete || asksOutput(asking, spec)) return null;
  const parts = new Map<string, Ref[]>();
  const add = (name: string, when: Ref): void => {
    if (when !== FALSE) parts.set(name, [...(parts.get(name) ?? []), when]);
  };
  const asItCame = cameAsIs(asking);
  for (const { name, when } of routedBy(space, spec)) add(name, bdd.minus(when, asItCame));
  for (const { name, isOther } of space.devices.names)
    if (name !== "" && !isOther) add(name, bdd.and(asItCame, space.device("iif", name, false)));
  return new Map([...parts].map(([name, when]) => [name, bdd.union(when)]));
}

interface Routed {
  readonly name: string;
  readonly when: Ref;
}

/** Where a device is named the route has to lead by that: of IPv4 by any of its next hops (fib_info_nh_uses_dev), of IPv6 by the one that is taken. */
function* routedBy(space: Space, spec: FibSpec): Iterable<Routed> {
  const { bdd, layout } = space;
  const side = sideOf(spec);
  const free = side === null ? TRUE : space.noDevice(side);
  const held = (name: string): Ref => (side === null ? FALSE : space.device(side, name, false));
  const isV4 = layout.family === "ip";
  for (const { name, when } of led(space, spec, true))
    yield { name, when: bdd.and(when, isV4 ? free : bdd.or(free, held(name))) };
  if (!isV4 || side === null) return;
  for (const { name, when } of led(space, spec, false)) yield { name, when: bdd.and(when, held(name)) };
}

/** The devices of a route's next hops, or of the one that is taken. To the node itself none leads. */
function* led(space: Space, spec: FibSpec, byHop: boolean): Iterable<Routed> {
  const describe = (found: Found): Back =>
    describeBack(found, (hop) => !byHop || found.kind === "error" || hop === found.hop);
  const { found } = routesTo(space, spec, { describe, byHop, anyLink: true });
  for (const { when, value } of found) {
    const isOwn = value.type === "local" || (value.type === "anycast" && space.layout.family === "ip6");
    if (!isOwn) for (const name of value.devices) yield { name, when };
  }
}

/** nft_fib_can_skip, and a packet without an address of its own to those on its link: the device is the one that it came in by. */
function cameAsIs(asking: Asking): Ref {
  const { space, hook } = asking;
  const { bdd } = space;
  const atHook = hook === "prerouting" || hook === "input" ? TRUE : FALSE;
  const isAsked = hook === null ? unknownHere(asking, "fib is asked in PREROUTING or INPUT", "not given") : atHook;
  return bdd.or(
    bdd.and(isAsked, space.device("iif", "lo", false)),
    space.layout.family === "ip" ? saysNothingV4(space) : saysNothingV6(space),
  );
}

function saysNothingV4(space: Space): Ref {
  const toLink = space.bdd.or(space.is("dst", LIMITED_BROADCAST), v4Net(space, "dst", "localMulticast"));
  return space.bdd.and(space.is("src", 0), toLink);
}

function saysNothingV6(space: Space): Ref {
  return space.bdd.intersection([space.is("src", 0n), space.is("proto", PROTO.icmp6), ofOneLink(space, "dst")]);
}
