import type { AddressType, Test } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Space } from "./space.ts";

const MULTICAST_V4 = { value: 0xe000_0000, mask: 0xf000_0000 };
const MULTICAST_V6 = { value: 0xffn << 120n, mask: 0xffn << 120n };
/** Those that ask a route (match_lookup_rt6). */
const ROUTED_V6: ReadonlySet<AddressType> = new Set(["ANYCAST", "LOCAL", "UNREACHABLE"]);

/** xt_addrtype.c. `open`: what no dump decides. */
export function addressTypeSet(space: Space, test: Test & { kind: "addrtype" }, open: (what: string) => Ref): Ref {
  const holds = space.layout.family === "ip" ? v4(space, test, open) : v6(space, test, open);
  return test.negated ? space.bdd.not(holds) : holds;
}

/** inet_addr_type_dev_table (net/ipv4/fib_frontend.c): constants and the local table only; policy rules do not count. */
function v4(space: Space, { field, types, limit }: Test & { kind: "addrtype" }, open: (what: string) => Ref): Ref {
  const { bdd } = space;
  const wants = (type: AddressType): boolean => types.includes(type);
  const constants = bdd.or(space.is(field, 0), space.is(field, 0xffff_ffff));
  const multicast = space.inNet(field, MULTICAST_V4);
  const yes: Ref[] = [];
  if (wants("BROADCAST")) yes.push(constants);
  if (wants("MULTICAST")) yes.push(bdd.minus(multicast, constants));
  let rest = bdd.and(bdd.not(constants), bdd.not(multicast));
  if (!space.program.hasLinks && !space.family.fib.complete) {
    const own = open(`the ${field === "src" ? "source" : "destination"} is an address of this node`);
    if (wants("LOCAL")) yes.push(bdd.and(rest, own));
    rest = bdd.minus(rest, own);
  }
  for (const { type, set } of localEntries(space, field, limit)) {
    if (wants(type)) yes.push(bdd.and(rest, set));
    rest = bdd.minus(rest, set);
  }
  if (wants("UNICAST")) yes.push(rest);
  return bdd.union(yes);
}

/** The local table, in the order in which its entries decide: behind another device than the one asked for an address is UNICAST. */
function* localEntries(
  space: Space,
  field: "src" | "dst",
  limit: "in" | "out" | null,
): Iterable<{ readonly type: AddressType; readonly set: Ref }> {
  const { bdd } = space;
  const side = limit === "in" ? "iif" : "oif";
  for (const { route, net } of space.family.fib.tables.get("local")?.entries() ?? []) {
    const here = space.inNet(field, net);
    if (limit !== null) {
      const names = route.nexthops.map(({ dev }) => dev);
      const elsewhere = space.devicesWhere(
        side,
        ({ name, isOther }) => name !== "" && (isOther || !names.includes(name)),
      );
      yield { type: "UNICAST", set: bdd.and(here, elsewhere) };
    }
    yield { type: TYPES.get(route.type) ?? "UNICAST", set: here };
  }
}

const TYPES: ReadonlyMap<string, AddressType> = new Map([
  ["local", "LOCAL"],
  ["broadcast", "BROADCAST"],
]);

/** match_type6: multicast, unicast and unspecified by the address alone, and all that are named must hold; the rest by its route. */
function v6(space: Space, { field, types }: Test & { kind: "addrtype" }, open: (what: string) => Ref): Ref {
  const { bdd } = space;
  const multicast = space.inNet(field, MULTICAST_V6);
  const zero = space.is(field, 0n);
  let possible: Ref = TRUE;
  if (types.includes("MULTICAST")) possible = bdd.and(possible, multicast);
  if (types.includes("UNICAST")) possible = bdd.and(possible, bdd.not(bdd.or(multicast, zero)));
  if (types.includes("UNSPEC")) possible = bdd.and(possible, zero);
  if (possible === FALSE || !types.some((type) => ROUTED_V6.has(type))) return possible;
  const words = types.filter((type) => ROUTED_V6.has(type)).join(" or ");
  return bdd.and(possible, open(`the route to the ${field === "src" ? "source" : "destination"} is of type ${words}`));
}
