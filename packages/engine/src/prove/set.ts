import type { SetHolder, SetRegion, SetShape, SetStand } from "../program/set-lookup.ts";
import { PROTO } from "../program/protocol.ts";
import type { Direction, Test } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { between } from "./bdd/numbers.ts";
import { isLater } from "./fields.ts";
import type { Space } from "./space.ts";

const PORT_BITS = 16;
const WITH_PORTS = [PROTO.tcp, PROTO.udp, PROTO.sctp, PROTO.udplite] as const;
const NO_MAC = "00:00:00:00:00:00";

/** The packets for which `-m set` says yes, negated or not; null: no dump tells. Of a `list:set` any member that says yes will do. */
export function setMembers(space: Space, test: Test & { kind: "set" }): Ref | null {
  const set = space.program.sets?.get(test.set);
  if (set === undefined) return null;
  const yes: Ref[] = [];
  for (const name of set.members ?? [test.set]) {
    const shape = space.program.sets?.get(name)?.shape() ?? null;
    const members = shape === null ? null : shapeMembers(space, shape, test);
    if (members === null) return null;
    yes.push(members);
  }
  const all = space.bdd.union(yes);
  return test.negated ? space.bdd.not(all) : all;
}

function shapeMembers(
  space: Space,
  shape: SetShape,
  { directions, returnNomatch }: Test & { kind: "set" },
): Ref | null {
  if (directions.length < shape.dimensions) return FALSE;
  if (shape.family !== null && shape.family !== space.layout.family) return FALSE;
  if (
    shape.regions.some(({ stands }) =>
      stands.some((stand) => stand.kind === "mac" && directions[stand.place] === "dst"),
    )
  )
    return null;
  const turned = returnNomatch && shape.hasNomatch;
  const regions = shape.regions.map((region) => regionSet(space, region, directions));
  if (shape.regions.every(({ holders }) => isPlain(holders))) return turned ? FALSE : space.bdd.union(regions);
  return inOrder(space, shape, { regions, directions, turned });
}

function isPlain(holders: readonly SetHolder[]): boolean {
  return holders.every(({ nomatch, device, mac }) => !nomatch && device === null && mac === null);
}

interface Ordered {
  readonly regions: readonly Ref[];
  readonly directions: readonly Direction[];
  readonly turned: boolean;
}

/** The first region that holds a packet decides; behind it no other is looked at. */
function inOrder(space: Space, shape: SetShape, { regions, directions, turned }: Ordered): Ref {
  const { bdd } = space;
  let rest: Ref = TRUE;
  const yes: Ref[] = [];
  for (const [index, { holders }] of shape.regions.entries()) {
    const region = regions[index] ?? FALSE;
    let here = bdd.and(rest, region);
    for (const holder of holders) {
      const held = holderSet(space, holder, directions);
      if (holder.nomatch === turned) yes.push(bdd.and(here, held));
      here = bdd.minus(here, held);
    }
    rest = bdd.minus(rest, region);
  }
  return bdd.union(yes);
}

function holderSet(space: Space, { device, mac }: SetHolder, directions: readonly Direction[]): Ref {
  if (device !== null) {
    const side = directions.at(-1) === "src" ? "iif" : "oif";
    return space.bdd.minus(space.device(side, device.name, device.prefix), space.noDevice(side));
  }
  return mac === null ? TRUE : macSet(space, mac);
}

function regionSet(space: Space, { stands }: SetRegion, directions: readonly Direction[]): Ref {
  return stands.reduce(
    (all, stand) => space.bdd.and(all, standSet(space, stand, directions[stand.place] ?? "src")),
    TRUE,
  );
}

function standSet(space: Space, stand: SetStand, direction: Direction): Ref {
  switch (stand.kind) {
    case "address":
      return space.inNet(direction, stand.net);
    case "mark":
      return space.masked("mark", stand.mask, stand.value);
    case "mac":
      return stand.mac === NO_MAC ? FALSE : macSet(space, stand.mac);
    case "port":
      return portSet(space, stand, direction);
  }
}

/** The Ethernet header that a packet came with; one made on this node has none. */
export function macSet(space: Space, mac: string): Ref {
  const value = Number.parseInt(mac.replaceAll(":", ""), 16);
  return Number.isNaN(value) ? FALSE : space.bdd.minus(space.is("smac", value), space.noDevice("iif"));
}

/** ip_set_getport.c get_port: ICMP has type and code as its port, protocols that it does not know have port 0. */
function portSet(space: Space, stand: SetStand & { kind: "port" }, direction: Direction): Ref {
  const { bdd } = space;
  const { proto, value, length } = stand;
  const to = value + 2 ** (PORT_BITS - length) - 1;
  const field = direction === "src" ? "sport" : "dport";
  if (proto === null)
    return readable(
      space,
      bdd.and(space.isAnyOf("proto", [PROTO.tcp, PROTO.udp]), space.in(field, [{ from: value, to }])),
    );
  const own = space.is("proto", proto);
  if (WITH_PORTS.some((one) => one === proto))
    return readable(space, bdd.and(own, space.in(field, [{ from: value, to }])));
  if (proto === PROTO.icmp || proto === PROTO.icmp6) {
    const typeAndCode = [...space.layout.bits.icmpType, ...space.layout.bits.icmpCode];
    return readable(space, bdd.and(own, between(bdd, typeAndCode, value, to)));
  }
  return proto !== 0 && value === 0 ? own : FALSE;
}

function readable(space: Space, set: Ref): Ref {
  return space.bdd.minus(set, isLater(space));
}
