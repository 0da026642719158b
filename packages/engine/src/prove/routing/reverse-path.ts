import type { Test } from "../../program/test.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { keysBySource } from "./answer-source.ts";
import { linkBound } from "./link-bound.ts";
import { ANSWER } from "./lookup-key.ts";
import type { LookupKey } from "./lookup-key.ts";
import { Lookups } from "./lookup.ts";
import { cameInBy } from "./selector.ts";
import { LIMITED_BROADCAST, v4Net, v6Net } from "./special-address.ts";
import { isUsable } from "./table.ts";
import type { Answer, Answers } from "./table.ts";
import { bySameDevice, describeBack } from "./way-back.ts";
import type { Back } from "./way-back.ts";

type ReversePath = Test & { readonly kind: "rpfilter" };

/** Packets to whose source an answer would leave by the device that they came in by. */
export function reversePathSet(space: Space, test: ReversePath): Ref {
  const { bdd } = space;
  const holds = bdd.or(cameInBy(space, "lo"), space.layout.family === "ip" ? setV4(space, test) : setV6(space, test));
  return test.negated ? bdd.not(holds) : holds;
}

/** The lookup of either: without ports and owner, by any link, and with a source where the destination can be one. */
function askedAs({ validMark }: ReversePath): LookupKey {
  return { ...ANSWER, hasMark: validMark, ports: "none", anyLink: true };
}

/** The answers of a lookup whose source is the destination where that `isSource`, else none. */
function bothOf(space: Space, isSource: Ref, key: LookupKey, when: (key: LookupKey) => Ref): Ref {
  const { bdd } = space;
  return bdd.union(keysBySource(space, isSource, key).map((part) => bdd.and(part.when, when(part.key))));
}

/** rpfilter_mt (net/ipv4/netfilter/ipt_rpfilter.c). */
function setV4(space: Space, test: ReversePath): Ref {
  const { bdd } = space;
  const { loose, acceptLocal } = test;
  const toAll = space.is("dst", LIMITED_BROADCAST);
  const toLink = bdd.or(toAll, v4Net(space, "dst", "localMulticast"));
  const isSource = bdd.not(bdd.or(toAll, v4Net(space, "dst", "multicast")));
  const lookups = new Lookups(space, (found) => describeBack(found), BY_ROUTE);
  const key = { ...askedAs(test), hasProto: false };
  const back = bothOf(space, isSource, key, (asked) => {
    const { found } = lookups.of(asked);
    const sound = found.filter(({ value: { type } }) => type === "unicast" || (type === "local" && acceptLocal));
    return loose ? bdd.union(sound.map(({ when }) => when)) : bySameDevice(space, sound);
  });
  return bdd.or(bdd.and(space.is("src", 0), toLink), back);
}

const BY_ROUTE = { byHop: false };
const USABLE = { dev: null, anyLink: true };

/** rpfilter_lookup_reverse6 (net/ipv6/netfilter/ip6t_rpfilter.c): a link-local source is looked for on its link only. */
function setV6(space: Space, test: ReversePath): Ref {
  const { bdd } = space;
  const isSource = bdd.not(v6Net(space, "dst", "multicast"));
  const { strict, byDevice } = linkBound(space, "src", v6Net(space, "src", "linkLocal"));
  const key = askedAs(test);
  const anywhere = new Lookups(space, (found) => describeBack(found), BY_ROUTE);
  const ofLink = byDevice.map(({ dev, when }) => {
    const found = bothOf(space, isSource, { ...key, dev, oif: dev }, (asked) =>
      wherever(space, test, anywhere.of(asked)),
    );
    return bdd.and(when, found);
  });
  // rt6_device_match: of routes to one prefix the device decides, and of next hops that may be used.
  const usable = new Lookups(space, (found) => describeBack(found, (hop) => isUsable(space, hop, USABLE)), BY_ROUTE);
  const others = test.loose
    ? bothOf(space, isSource, key, (asked) => wherever(space, test, anywhere.of(asked)))
    : bothOf(space, isSource, { ...key, asksInput: true, near: "prefix" }, (asked) =>
        sameWay(space, test, usable.of(asked)),
      );
  return bdd.or(space.is("src", 0n), bdd.or(bdd.union(ofLink), bdd.minus(others, strict)));
}

/** Any route will do, but to an anycast address. */
function wherever({ bdd }: Space, { acceptLocal }: ReversePath, { found }: Answers<Back>): Ref {
  const sound = found.filter(({ value: { type } }) => isSound(type, acceptLocal));
  return bdd.union(sound.map(({ when }) => when));
}

function isSound(type: Back["type"], acceptLocal: boolean): boolean {
  return type !== null && type !== "anycast" && (type !== "local" || acceptLocal);
}

/** A route by the device that the packet came in by; to this node itself whichever it is. */
function sameWay(space: Space, { acceptLocal }: ReversePath, { found }: Answers<Back>): Ref {
  const sound = found.filter(({ value: { type } }) => isSound(type, acceptLocal));
  const isLocal = ({ value: { type } }: Answer<Back>): boolean => type === "local";
  const local = sound.filter(isLocal).map(({ when }) => when);
  const others = sound.filter((answer) => !isLocal(answer));
  return space.bdd.or(space.bdd.union(local), bySameDevice(space, others));
}
