import { tableName } from "../../compile/fib.ts";
import type { FibEntry } from "../../program/program.ts";
import { REFUSING } from "../../program/refusing-route.ts";
import type { Test } from "../../program/test.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import type { Space } from "../space.ts";
import { linkBound } from "./link-bound.ts";
import { ANSWER } from "./lookup-key.ts";
import type { LookupKey } from "./lookup-key.ts";
import { Lookups } from "./lookup.ts";
import { cameInBy } from "./selector.ts";
import { LIMITED_BROADCAST, v4Net, v6Net } from "./special-address.ts";
import { isUsable } from "./table.ts";
import type { Answers, Found, Keyed } from "./table.ts";
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
function bothOf<T>(
  space: Space,
  isSource: Ref,
  key: LookupKey,
  ask: (key: LookupKey) => T,
  when: (answers: T) => Ref,
): Ref {
  const { rules, tables } = space.family.fib;
  const withSource = when(ask(key));
  const isAsked = rules.some(({ from }) => from !== null);
  const hasSources =
    isAsked || [...tables.values()].some((table) => table.entries().some(({ route }) => route.from !== null));
  return hasSources ? space.bdd.ite(isSource, withSource, when(ask({ ...key, src: null }))) : withSource;
}

/** rpfilter_mt (net/ipv4/netfilter/ipt_rpfilter.c). */
function setV4(space: Space, test: ReversePath): Ref {
  const { bdd } = space;
  const { loose, acceptLocal } = test;
  const toAll = space.is("dst", LIMITED_BROADCAST);
  const toLink = bdd.or(toAll, v4Net(space, "dst", "localMulticast"));
  const isSource = bdd.not(bdd.or(toAll, v4Net(space, "dst", "multicast")));
  const lookups = new Lookups(space, describeBack, { byHop: false });
  const key = { ...askedAs(test), hasProto: false };
  const back = bothOf(
    space,
    isSource,
    key,
    (asked) => lookups.of(asked),
    ({ found }) => {
      const sound = found.filter(({ value: { type } }) => type === "unicast" || (type === "local" && acceptLocal));
      return loose ? bdd.union(sound.map(({ when }) => when)) : bySameDevice(space, sound);
    },
  );
  return bdd.or(bdd.and(space.is("src", 0), toLink), back);
}

/** rpfilter_lookup_reverse6 (net/ipv6/netfilter/ip6t_rpfilter.c): a link-local source is looked for on its link only. */
function setV6(space: Space, test: ReversePath): Ref {
  const { bdd } = space;
  const isSource = bdd.not(v6Net(space, "dst", "multicast"));
  const { strict, byDevice } = linkBound(space, "src", v6Net(space, "src", "linkLocal"));
  const key = askedAs(test);
  const anywhere = new Lookups(space, describeBack, { byHop: false });
  const ofLink = byDevice.map(({ dev, when }) => {
    const found = bothOf(
      space,
      isSource,
      { ...key, dev, oif: dev },
      (asked) => anywhere.of(asked),
      (answers) => wherever(space, test, answers),
    );
    return bdd.and(when, found);
  });
  const near = new Lookups(space, describeNear(space), { byHop: false });
  const others = test.loose
    ? bothOf(
        space,
        isSource,
        key,
        (asked) => anywhere.of(asked),
        (answers) => wherever(space, test, answers),
      )
    : bothOf(
        space,
        isSource,
        { ...key, asksInput: true },
        (asked) => near.of(asked),
        (answers) => nearby(space, test, answers),
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

/** The routes to one prefix: the first that leads by a device, and the first of all, which is taken where none does (rt6_device_match). */
interface Near extends Keyed {
  readonly first: Back["type"];
  readonly byDevice: ReadonlyMap<string, Back["type"]>;
}

function describeNear(space: Space): (found: Found) => Near {
  const peers = peersOf(space);
  return ({ kind, entry }) => {
    const first = kind === "error" ? null : entry.route.type;
    const byDevice = new Map<string, Back["type"]>();
    for (const { route } of entry === null ? [] : (peers.get(placeOf(entry)) ?? []))
      for (const hop of route.nexthops)
        if (hop.dev !== null && !byDevice.has(hop.dev) && isUsable(space, hop, { dev: null, anyLink: true }))
          byDevice.set(hop.dev, route.type);
    return { key: JSON.stringify([first, ...byDevice]), first, byDevice };
  };
}

function nearby(space: Space, { acceptLocal }: ReversePath, { found }: Answers<Near>): Ref {
  const { bdd } = space;
  const parts: Ref[] = [];
  for (const { when, value } of found) {
    let rest: Ref = TRUE;
    for (const [dev, type] of value.byDevice) {
      const here = cameInBy(space, dev);
      if (isSound(type, acceptLocal)) parts.push(bdd.and(when, here));
      rest = bdd.minus(rest, here);
    }
    if (value.first === "local" && acceptLocal) parts.push(bdd.and(when, rest));
  }
  return parts.length === 0 ? FALSE : bdd.union(parts);
}

type Peers = ReadonlyMap<string, readonly FibEntry[]>;

/** The entries of each prefix that say where a packet goes, by table. */
function peersOf({ family }: Space): Peers {
  const peers = new Map<string, FibEntry[]>();
  for (const table of family.fib.tables.values())
    for (const entry of table.entries()) {
      if (REFUSING.has(entry.route.type)) continue;
      const place = placeOf(entry);
      const known = peers.get(place);
      if (known === undefined) peers.set(place, [entry]);
      else known.push(entry);
    }
  return peers;
}

function placeOf({ route: { table, from }, net, length }: FibEntry): string {
  const source = from === null ? "" : `${String(from.address)}/${String(from.length)}`;
  return `${tableName(table)} ${String(net.value)}/${String(length)} ${source}`;
}
