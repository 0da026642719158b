import type { FibSpec, Value } from "../../program/value.ts";
import { ADDRESS_TYPES, REFUSED_TYPES } from "../../program/address-type.ts";
import type { AddressField, AddressType } from "../../program/test.ts";
import { addressTypesV4, addressesOf, untoldAddresses } from "../address-type.ts";
import type { TypedAddresses } from "../address-type.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { unknownHere } from "../place.ts";
import type { Asking } from "../place.ts";
import { keysBySource } from "../routing/answer-source.ts";
import { NO_DEVICE, routeDevices } from "../routing/link-bound.ts";
import { ANSWER } from "../routing/lookup-key.ts";
import type { LookupKey } from "../routing/lookup-key.ts";
import { Lookups } from "../routing/lookup.ts";
import { LIMITED_BROADCAST, ofOneLink, v4Net, v6Net } from "../routing/special-address.ts";
import type { Answer, Answers, Describe, Found, Keyed } from "../routing/table.ts";
import type { Space } from "../space.ts";
import { constantBits } from "./word.ts";
import type { Word } from "./word.ts";

type FibValue = Value & { readonly kind: "fib" };

/** `fib … type` (nft_fib4_eval_type, nft_fib6_eval_type); null: nobody can say. */
export function fibWord(asking: Asking, { spec, bits }: FibValue): Word | null {
  const types = asking.space.layout.family === "ip" ? typesV4(asking, spec) : typesV6(asking, spec);
  return types === null ? null : wordOfTypes(asking.space, types, bits);
}

function wordOfTypes({ bdd }: Space, types: readonly TypedAddresses[], width: number): Word {
  const numbered = types.map(({ type, when }) => ({ when, number: constantBits(ADDRESS_TYPES[type], width) }));
  const bits = Array.from({ length: width }, (_, index) =>
    bdd.union(numbered.flatMap(({ when, number }) => (number[index] === TRUE ? [when] : []))),
  );
  return { has: TRUE, bits };
}

export function sideOf({ device }: FibSpec): "iif" | "oif" | null {
  return device === null ? null : device === "in" ? "iif" : "oif";
}

/** Addresses that may be this node's, where no dump tells. */
function ownOf(asking: Asking, { address }: FibSpec): Ref {
  return untoldAddresses(asking.space, address, (what) => unknownHere(asking, what, "no dump tells"));
}

function typesV4(asking: Asking, spec: FibSpec): readonly TypedAddresses[] {
  return addressTypesV4(asking.space, { field: spec.address, side: sideOf(spec), own: ownOf(asking, spec) });
}

/** What a route says of an address. */
interface Kind extends Keyed {
  readonly type: AddressType;
}

function kindOf(found: Found): Kind {
  if (found.kind === "error") return kind(REFUSED_TYPES[found.error]);
  const { type } = found.entry.route;
  return kind(type === "anycast" ? "ANYCAST" : type === "local" ? "LOCAL" : "UNICAST");
}

function kind(type: AddressType): Kind {
  return { key: type, type };
}

/** __nft_fib6_eval_type: what refuses and anycast by its route, then an address of the device, or of the node where none is named. */
function typesV6(asking: Asking, spec: FibSpec): readonly TypedAddresses[] | null {
  const { space } = asking;
  const { bdd } = space;
  // Routes change without the rules.
  if (space.hasOpenSets || asksOutput(asking, spec)) return null;
  const untold = ownOf(asking, spec);
  const own = ownOfDevice(space, spec);
  const anywhere = own === null ? TRUE : space.noDevice(own.side);
  const multicast = v6Net(space, spec.address, "multicast");
  const zero = space.is(spec.address, 0n);
  const types: TypedAddresses[] = [{ type: "LOCAL", when: untold }];
  for (const { when: found, type } of routesOf(space, spec)) {
    const when = bdd.minus(found, untold);
    if (type !== "LOCAL" && type !== "UNICAST") {
      types.push({ type, when });
      continue;
    }
    const local = bdd.or(own?.when ?? FALSE, type === "LOCAL" ? anywhere : FALSE);
    const rest = bdd.minus(when, local);
    types.push(
      { type: "LOCAL", when: bdd.and(when, local) },
      { type: "MULTICAST", when: bdd.and(rest, multicast) },
      { type: "UNSPEC", when: bdd.and(rest, zero) },
      { type: "UNICAST", when: bdd.minus(rest, bdd.or(multicast, zero)) },
    );
  }
  return types;
}

/** Packets that are asked about as coming in by the device that they leave by (nft_fib6_flowi_init: l3mdev and FORWARD). */
export function asksOutput({ space, hook }: Asking, { device, address }: FibSpec): boolean {
  const mayForward = hook === null || hook === "forward";
  return mayForward && device === "in" && address === "src" && space.family.fib.rules.some(({ iif }) => iif !== null);
}

/** Packets whose address is one of the device that is named. */
function ownOfDevice(space: Space, spec: FibSpec): { readonly side: "iif" | "oif"; readonly when: Ref } | null {
  const side = sideOf(spec);
  if (side === null) return null;
  const names = [...space.program.links.keys()];
  const parts = names.map((name) =>
    space.bdd.and(space.device(side, name, false), addressesOf(space, spec.address, name)),
  );
  return { side, when: space.bdd.union(parts) };
}

const known = new WeakMap<Space, Map<string, readonly TypedAddresses[]>>();

/** What the routes say of every packet's address, worked out once for all rules that ask alike. */
function routesOf(space: Space, spec: FibSpec): readonly TypedAddresses[] {
  const ofSpace = known.get(space) ?? new Map<string, readonly TypedAddresses[]>();
  known.set(space, ofSpace);
  const key = JSON.stringify([spec.address, spec.device, spec.mark]);
  const types = ofSpace.get(key) ?? typesOfRoutes(space, spec);
  ofSpace.set(key, types);
  return types;
}

function typesOfRoutes(space: Space, spec: FibSpec): readonly TypedAddresses[] {
  const { found, none } = routesTo(space, spec, { describe: kindOf, anyLink: false, byHop: false });
  return [
    ...found.map(({ when, value: { type } }) => ({ type, when })),
    { type: REFUSED_TYPES["net-unreachable"], when: none },
  ];
}

/** What the rules ask the routes with, and what of it. */
interface RouteQuestion<T extends Keyed> {
  readonly describe: Describe<T>;
  /** Routes by a device without a link count, too. */
  readonly anyLink: boolean;
  readonly byHop: boolean;
}

/** The routes to every packet's address. A link-local address is looked for on one link. */
export function routesTo<T extends Keyed>(
  space: Space,
  spec: FibSpec,
  { describe, anyLink, byHop }: RouteQuestion<T>,
): Answers<T> {
  const { bdd, layout } = space;
  const lookups = new Lookups(space, describe, { byHop });
  const other = spec.address === "dst" ? "src" : "dst";
  const isV4 = layout.family === "ip";
  const base: LookupKey = { ...ANSWER, dst: spec.address, src: other, hasMark: spec.mark, ports: "none", anyLink };
  const isSource = bdd.not(isV4 ? noSourceV4(space, other) : v6Net(space, other, "multicast"));
  const found: Answer<T>[] = [];
  const nothing: Ref[] = [];
  for (const { dev, when: held } of isV4 ? [{ dev: null, when: TRUE }] : heldTo(space, spec))
    for (const part of keysBySource(space, isSource, { ...base, hasProto: !isV4, dev, oif: dev })) {
      const among = bdd.and(held, part.when);
      if (among === FALSE) continue;
      const answers = lookups.of(part.key);
      for (const answer of answers.found) found.push({ ...answer, when: bdd.and(among, answer.when) });
      nothing.push(bdd.and(among, answers.none));
    }
  return { found, none: bdd.union(nothing) };
}

/** get_saddr (net/ipv4/netfilter/nft_fib_ipv4.c): addresses with which no route is asked for. */
function noSourceV4(space: Space, field: AddressField): Ref {
  const nets = (["multicast", "thisNetwork"] as const).map((net) => v4Net(space, field, net));
  return space.bdd.union([...nets, space.is(field, LIMITED_BROADCAST)]);
}

/** Packets by the device that their lookup is held to: the one that is named, else the one that they came in by; null: to none. */
function* heldTo(space: Space, { address, device }: FibSpec): Iterable<{ dev: string | null; when: Ref }> {
  const { bdd } = space;
  let rest = ofOneLink(space, address);
  yield { dev: null, when: bdd.not(rest) };
  for (const side of device === "out" ? (["oif", "iif"] as const) : (["iif"] as const)) {
    let others = bdd.minus(rest, space.noDevice(side));
    for (const dev of routeDevices(space)) {
      const here = bdd.and(others, space.device(side, dev, false));
      yield { dev, when: here };
      others = bdd.minus(others, here);
    }
    yield { dev: NO_DEVICE, when: others };
    rest = bdd.and(rest, space.noDevice(side));
  }
  yield { dev: null, when: rest };
}
