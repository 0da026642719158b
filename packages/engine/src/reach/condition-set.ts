import { familyOf } from "../base/address.ts";
import { PROTO, hasPorts } from "../program/protocol.ts";
import { FALSE, TRUE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import { CT_STATE } from "../prove/fields.ts";
import type { Origin } from "../prove/path/arrivals.ts";
import { ownAddressSet, unicastSet } from "../prove/path/ordinary.ts";
import type { DeviceField, Space } from "../prove/space.ts";
import { formulaSet } from "./formula-set.ts";
import type { AddressRange, Condition, DevicePattern, Formula, Port } from "./query.ts";

/** Packets as they come in for which a condition holds. */
export function conditionSet(space: Space, origin: Origin, formula: Formula<Condition>): Ref {
  return formulaSet(space.bdd, formula, (condition) => termSet(space, origin, condition));
}

function termSet(space: Space, origin: Origin, condition: Condition): Ref {
  switch (condition.kind) {
    case "address":
      return addressSet(space, condition.side, condition.addresses);
    case "scope":
      return condition.scope === "any" ? TRUE : unicastSet(space, origin, condition.side);
    case "own-address":
      return ownAddressSet(space, "dst");
    case "device":
      return deviceSet(space, "iif", condition.device);
    case "local":
      return origin === "send" ? TRUE : FALSE;
    case "protocol":
      return space.is("proto", protocolIn(space, condition.protocol));
    case "port":
      return portSet(space, condition.side, condition.port);
    case "mark":
      return space.masked(condition.field, condition.mark.mask, condition.mark.value);
    case "state":
      return condition.state === "any" ? TRUE : space.is("ctState", CT_STATE[condition.state]);
    case "number":
      return space.in(condition.field, condition.ranges);
    case "family":
      return space.layout.family === condition.family ? TRUE : FALSE;
  }
}

/** An address of the other family is in no set of this one. */
export function addressSet(space: Space, side: "src" | "dst", { from, to }: AddressRange): Ref {
  return familyOf(from) === space.layout.family ? space.addressBetween(side, from, to) : FALSE;
}

/**
 * Devices of a name, or of a beginning. One that nothing on the node speaks of is as any other that begins so: all of these fare
 * alike, whatever they are called.
 */
export function deviceSet(space: Space, field: DeviceField, { name, prefix }: DevicePattern): Ref {
  const known = space.device(field, name, prefix);
  const { names } = space.devices;
  if (!prefix && names.some((device) => !device.isOther && device.name === name)) return known;
  const others = names.filter((device) => device.isOther && name.startsWith(device.name));
  const nearest = others.reduce((best, device) => Math.max(best, device.name.length), -1);
  const like = space.devicesWhere(field, (device) => device.isOther && device.name === name.slice(0, nearest));
  return nearest < 0 ? known : space.bdd.or(known, like);
}

/** `icmp` is the ICMP of the family. */
function protocolIn(space: Space, protocol: number): number {
  return protocol === PROTO.icmp && space.layout.family === "ip6" ? PROTO.icmp6 : protocol;
}

const ECHO_REQUEST = { ip: 8, ip6: 128 } as const;

/** Packets of the protocol with a port of the ranges, or of ICMP with such a type. */
export function portSet(space: Space, side: "sport" | "dport", { protocol, ranges }: Port): Ref {
  const { bdd } = space;
  if (protocol === null) return bdd.and(space.isAnyOf("proto", WITH_PORTS), space.in(side, ranges));
  const number = protocolIn(space, protocol);
  const of = space.is("proto", number);
  if (hasPorts(number)) return bdd.and(of, space.in(side, ranges));
  // An echo request has another number in each family; whoever says `icmp/8` means one.
  const isPing =
    number !== protocol &&
    ranges.length === 1 &&
    ranges[0]?.from === ECHO_REQUEST.ip &&
    ranges[0].to === ECHO_REQUEST.ip;
  return bdd.and(of, isPing ? space.is("icmpType", ECHO_REQUEST.ip6) : space.in("icmpType", ranges));
}

const WITH_PORTS = Array.from({ length: 256 }, (_, protocol) => protocol).filter(hasPorts);
