import type { AddressField, AddressType, Test } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { routeDevices } from "./routing/link-bound.ts";
import { localParts } from "./routing/local-address.ts";
import { ADDRESS } from "./routing/lookup-key.ts";
import { Lookups } from "./routing/lookup.ts";
import { LIMITED_BROADCAST, v4Net, v6Net } from "./routing/special-address.ts";
import { describeBack } from "./routing/way-back.ts";
import type { Space } from "./space.ts";

/** Addresses of one type. */
export interface TypedAddresses {
  readonly type: AddressType;
  readonly when: Ref;
}

/** An address, and the device that it is held against; null: none. */
interface Asked {
  readonly field: AddressField;
  readonly side: "iif" | "oif" | null;
  /** Addresses that nobody knows to be this node's. */
  readonly own: Ref;
}

/** xt_addrtype.c. `open`: what no dump decides. */
export function addressTypeSet(space: Space, test: Test & { kind: "addrtype" }, open: (what: string) => Ref): Ref {
  const { field, types, limit, negated } = test;
  const { bdd } = space;
  const side = limit === null ? null : limit === "in" ? "iif" : "oif";
  const asked = { field, side, own: untoldAddresses(space, field, open) } as const;
  const holds =
    space.layout.family === "ip"
      ? bdd.union(addressTypesV4(space, asked).flatMap(({ type, when }) => (types.includes(type) ? [when] : [])))
      : setV6(space, types, asked, open);
  return negated ? bdd.not(holds) : holds;
}

/** Addresses that are of one of these types whatever the device. */
export function addressesOfType(space: Space, field: AddressField, types: readonly AddressType[]): Ref {
  const test = { kind: "addrtype", field, types, limit: null, negated: false } as const;
  return addressTypeSet(space, test, (what) => space.unknown(`own ${field} ${what}`, { what, why: "no dump tells" }));
}

/** Packets whose address may be this node's where no dump tells its addresses. */
export function untoldAddresses({ program, family }: Space, field: AddressField, open: (what: string) => Ref): Ref {
  if (program.hasLinks || family.fib.complete) return FALSE;
  return open(`the ${field === "src" ? "source" : "destination"} is an address of this node`);
}

/** inet_addr_type_dev_table (net/ipv4/fib_frontend.c): constants and the local table only; policy rules do not count. Disjoint; together every packet. */
export function addressTypesV4(space: Space, { field, side, own }: Asked): readonly TypedAddresses[] {
  const { bdd } = space;
  const constants = bdd.or(space.is(field, 0), space.is(field, LIMITED_BROADCAST));
  const multicast = bdd.minus(v4Net(space, field, "multicast"), constants);
  const rest = bdd.not(bdd.or(constants, multicast));
  const told = bdd.minus(rest, own);
  const parts = localParts(space, field).flatMap(({ type, devices, when }) => {
    const here = bdd.and(told, when);
    // Behind another device than the one asked for an address is UNICAST.
    const elsewhere = side === null || type === null ? FALSE : outsideOf(space, side, devices);
    return [
      { type: TYPES.get(type) ?? "UNICAST", when: bdd.minus(here, elsewhere) },
      { type: "UNICAST" as const, when: bdd.and(here, elsewhere) },
    ];
  });
  return [
    { type: "BROADCAST", when: constants },
    { type: "MULTICAST", when: multicast },
    { type: "LOCAL", when: bdd.and(rest, own) },
    ...parts,
  ];
}

function outsideOf(space: Space, side: "iif" | "oif", devices: readonly (string | null)[]): Ref {
  return space.devicesWhere(side, ({ name, isOther }) => name !== "" && (isOther || !devices.includes(name)));
}

const TYPES: ReadonlyMap<string | null, AddressType> = new Map([
  ["local", "LOCAL"],
  ["broadcast", "BROADCAST"],
]);

/** match_type6: multicast, unicast and unspecified by the address alone, and all that are named must hold; the rest by its route. */
function setV6(space: Space, types: readonly AddressType[], asked: Asked, open: (what: string) => Ref): Ref {
  const { bdd } = space;
  const { field, own } = asked;
  const multicast = v6Net(space, field, "multicast");
  const zero = space.is(field, 0n);
  let possible: Ref = TRUE;
  if (types.includes("MULTICAST")) possible = bdd.and(possible, multicast);
  if (types.includes("UNICAST")) possible = bdd.and(possible, bdd.not(bdd.or(multicast, zero)));
  if (types.includes("UNSPEC")) possible = bdd.and(possible, zero);
  if (possible === FALSE || !types.some((type) => ROUTED_V6.has(type))) return possible;
  const words = types.filter((type) => ROUTED_V6.has(type)).join(" or ");
  // Routes change without the rules.
  const routed = space.hasOpenSets
    ? open(`the route to the ${field === "src" ? "source" : "destination"} is of type ${words}`)
    : routedSet(space, asked, types);
  return bdd.and(possible, bdd.ite(own, types.includes("LOCAL") ? TRUE : FALSE, routed));
}

/** Those that ask a route (match_lookup_rt6). */
const ROUTED_V6: ReadonlySet<AddressType> = new Set(["ANYCAST", "LOCAL", "UNREACHABLE"]);

/** match_lookup_rt6: where a device is asked for only routes by it count, and its own addresses are local. */
function routedSet(space: Space, { field, side }: Asked, types: readonly AddressType[]): Ref {
  const { bdd, program } = space;
  const lookups = new Lookups(space, (found) => describeBack(found), { byHop: false });
  const foundBy = (dev: string | null): Ref => {
    const { found, none } = lookups.of({ ...ADDRESS, dst: field, dev, oif: dev });
    const wanted = found.filter(
      ({ value: { type } }) =>
        (type === null && types.includes("UNREACHABLE")) ||
        (type === "anycast" && types.includes("ANYCAST")) ||
        (type === "local" && dev === null && types.includes("LOCAL")),
    );
    const unanswered = types.includes("UNREACHABLE") ? [none] : [];
    return bdd.union([...wanted.map(({ when }) => when), ...unanswered]);
  };
  if (side === null) return foundBy(null);
  let rest = bdd.not(space.noDevice(side));
  const parts = [bdd.minus(foundBy(null), rest)];
  for (const dev of new Set([...routeDevices(space), ...program.links.keys()])) {
    const here = space.device(side, dev, false);
    const own = types.includes("LOCAL") ? addressesOf(space, field, dev) : FALSE;
    parts.push(bdd.and(here, bdd.or(foundBy(dev), own)));
    rest = bdd.minus(rest, here);
  }
  return bdd.union([...parts, bdd.and(rest, foundBy(""))]);
}

/** Packets whose address is one of a device. */
export function addressesOf(space: Space, field: AddressField, dev: string): Ref {
  const addresses = space.program.links.get(dev)?.addresses ?? [];
  return space.bdd.union(
    addresses.flatMap(({ prefix }) => (typeof prefix.address === "bigint" ? [space.is(field, prefix.address)] : [])),
  );
}
