import type { Family } from "../base/address.ts";
import type { Bits } from "./bdd/numbers.ts";

/**
 * The fields of a packet, and of what the kernel keeps with it, in the order of their variables: what most rules look at first stands
 * first, which keeps the diagrams of firewalls small. What no packet of the kind has (the ports of ICMP) is there and means nothing.
 */
export const FIELDS = [
  "ctState",
  "ctDirection",
  "iif",
  "oif",
  "nextOif",
  "nexthop",
  "strangeGroup",
  "proto",
  "dst",
  "dport",
  "src",
  "sport",
  "icmpType",
  "icmpCode",
  "tcpFlags",
  "fragment",
  "mark",
  "ctmark",
  "ctStatus",
  "pktType",
  "tos",
  "ttl",
  "length",
  "physin",
  "physout",
  "hasSocket",
  "socket",
  "givenSocket",
  "ipvs",
  "skUid",
  "skGid",
  "smac",
  "origSrc",
  "origDst",
  "origSport",
  "origDport",
  "origProto",
  "replSrc",
  "replDst",
  "replSport",
  "replDport",
  "payloadSport",
  "payloadDport",
  "payloadTcpFlags",
  "ahSpi",
  "espSpi",
  "tcpMss",
  "sctpChunk",
  "dccpType",
  "rtType",
  "mhType",
  "ipcompCpi",
  "realm",
  "cgroup",
  "skPriority",
  "classid",
  "ctFamily",
] as const;

export type FieldName = (typeof FIELDS)[number];

/** `nexthop`: of IPv4 alone, where it makes a difference; else 0. */
const ADDRESSES: ReadonlySet<FieldName> = new Set([
  "dst",
  "src",
  "nexthop",
  "origSrc",
  "origDst",
  "replSrc",
  "replDst",
]);
/** `nextOif`: where the route leads while chains still see the device before it (ip_route_me_harder). */
const DEVICES: ReadonlySet<FieldName> = new Set(["iif", "oif", "nextOif", "physin", "physout"]);

/**
 * Bits of the fields that are no address, no device and not 32 bits wide. `strangeGroup`: the route of a packet made here leads to a group of which this node
 * is no member, whatever the packet's destination is by now.
 */
const WIDTHS: ReadonlyMap<FieldName, number> = new Map([
  ["ctState", 3],
  ["ctDirection", 1],
  ["strangeGroup", 1],
  ["proto", 8],
  ["dport", 16],
  ["sport", 16],
  ["icmpType", 8],
  ["icmpCode", 8],
  ["tcpFlags", 8],
  ["fragment", 2],
  ["ctStatus", 10],
  ["pktType", 2],
  ["tos", 8],
  ["ttl", 8],
  ["length", 16],
  ["hasSocket", 1],
  ["socket", 2],
  ["givenSocket", 2],
  ["ipvs", 1],
  ["smac", 48],
  ["origSport", 16],
  ["origDport", 16],
  ["origProto", 8],
  ["replSport", 16],
  ["replDport", 16],
  ["payloadSport", 16],
  ["payloadDport", 16],
  ["payloadTcpFlags", 8],
]);

/** Where each field's bits stand. */
export interface Layout {
  readonly family: Family;
  readonly bits: Readonly<Record<FieldName, Bits>>;
  /** Levels from here on are free: for what nobody can know. */
  readonly end: number;
}

/**
 * Every bit has three levels: its own; one below it for the same bit after something has changed it; and one for what nobody knows that
 * something may put there. Numbers that are compared with each other take turns, or a diagram would have a node for each value.
 */
const STRIDE = 3;

/** The level of a changed bit. */
export function afterwards(level: number): number {
  return level + 1;
}

/** The level of a bit that nobody knows. */
export function unknownInstead(level: number): number {
  return level + 2;
}

/** Fields that rules copy into each other: their bits take turns, too. */
const IN_TURNS: readonly (readonly [FieldName, FieldName])[] = [["mark", "ctmark"]];

export function layoutOf(family: Family, deviceBits: number): Layout {
  let next = 0;
  const widthOf = (name: FieldName): number => {
    if (ADDRESSES.has(name)) return family === "ip" ? 32 : 128;
    return DEVICES.has(name) ? deviceBits : (WIDTHS.get(name) ?? 32);
  };
  const place = (name: FieldName): Bits => {
    const first = next;
    const width = widthOf(name);
    const pair = IN_TURNS.find((names) => names.includes(name));
    const stride = pair === undefined ? STRIDE : 2 * STRIDE;
    const isSecond = pair?.[1] === name;
    if (!isSecond) next += width * stride;
    const start = isSecond ? first - width * stride + STRIDE : first;
    return Array.from({ length: width }, (_, index) => start + index * stride);
  };
  // The names are those of FIELDS, each once.
  const bits = Object.fromEntries(FIELDS.map((name) => [name, place(name)])) as Record<FieldName, Bits>;
  return { family, bits, end: next };
}
