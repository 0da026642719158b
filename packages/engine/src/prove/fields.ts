import type { Ranges } from "../base/ranges.ts";
import { invariant } from "../base/assert.ts";
import { inRanges } from "../base/ranges.ts";
import { LINK_TYPES } from "../program/link-type.ts";
import { PROTO } from "../program/protocol.ts";
import type { InterfaceSide, NumberField } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { DeviceField, Space } from "./space.ts";
import type { FieldName, Layout } from "./layout.ts";

/** Codes of the field `fragment`: a whole packet, the first part of one, a later part at 8 bytes (dropped by tcp_mt), any other later one. */
export const FRAGMENT = { whole: 0, first: 1, laterAtOne: 2, later: 3 } as const;

/** Codes of the field `ctState`; of the last two the packet has no entry. */
export const CT_STATE = { new: 0, established: 1, related: 2, invalid: 3, untracked: 4 } as const;

/** NF_CT_STATE_BIT, include/uapi/linux/netfilter/nf_conntrack_common.h. */
const CT_STATE_BITS: readonly (readonly [keyof typeof CT_STATE, number])[] = [
  ["invalid", 1],
  ["established", 2],
  ["related", 4],
  ["new", 8],
  ["untracked", 64],
];

/** Bits of the field `ctStatus` (enum ip_conntrack_status). */
export const CT_STATUS = {
  expected: 1,
  seenReply: 2,
  assured: 4,
  confirmed: 8,
  snat: 0x10,
  dnat: 0x20,
  snatDone: 0x80,
  dnatDone: 0x100,
} as const;

/** The level of one bit of the field `ctStatus`. */
export function statusBit({ bits }: Layout, bit: number): number {
  const level = bits.ctStatus.at(-1 - Math.log2(bit)) ?? null;
  invariant(level !== null, "ctStatus has a variable for each of its bits");
  return level;
}

/** Which of its devices a packet is asked about. */
export const SIDES: Readonly<Record<InterfaceSide, DeviceField>> = {
  in: "iif",
  out: "oif",
  physin: "physin",
  physout: "physout",
};

/** Packets that have a field, and those whose value is in the ranges. */
export interface FieldSet {
  readonly has: Ref;
  readonly holds: Ref;
}

type Presence = "always" | "ports" | "tcp" | "icmp" | "ct" | "socket" | "perhaps";

/** Fields whose value stands in bits of their own. */
const PLAIN: ReadonlyMap<NumberField, readonly [FieldName, Presence]> = new Map<
  NumberField,
  readonly [FieldName, Presence]
>([
  ["proto", ["proto", "always"]],
  ["sport", ["sport", "ports"]],
  ["dport", ["dport", "ports"]],
  ["tcpFlags", ["tcpFlags", "tcp"]],
  ["icmpType", ["icmpType", "icmp"]],
  ["icmpCode", ["icmpCode", "icmp"]],
  ["ttl", ["ttl", "always"]],
  ["tos", ["tos", "always"]],
  ["length", ["length", "always"]],
  ["mark", ["mark", "always"]],
  ["ctmark", ["ctmark", "ct"]],
  ["ctStatus", ["ctStatus", "ct"]],
  ["ctDirection", ["ctDirection", "ct"]],
  ["ctProtocol", ["origProto", "ct"]],
  ["ctFamily", ["ctFamily", "ct"]],
  ["pktType", ["pktType", "always"]],
  ["realm", ["realm", "always"]],
  ["cgroup", ["cgroup", "always"]],
  ["skPriority", ["skPriority", "always"]],
  ["skUid", ["skUid", "socket"]],
  ["skGid", ["skGid", "socket"]],
  ["classid", ["classid", "perhaps"]],
  ["ahSpi", ["ahSpi", "perhaps"]],
  ["espSpi", ["espSpi", "perhaps"]],
  ["tcpMss", ["tcpMss", "perhaps"]],
  ["sctpChunk", ["sctpChunk", "perhaps"]],
  ["dccpType", ["dccpType", "perhaps"]],
  ["rtType", ["rtType", "perhaps"]],
  ["mhType", ["mhType", "perhaps"]],
  ["ipcompCpi", ["ipcompCpi", "perhaps"]],
]);

/** What a field reads as (see the walk's readers, which say where the kernel does so). */
export function fieldIn(space: Space, field: NumberField, mask: number, ranges: Ranges): FieldSet {
  const plain = PLAIN.get(field);
  if (plain !== undefined) {
    const [name, presence] = plain;
    return { has: presenceOf(space, field, presence), holds: space.in(name, ranges, mask) };
  }
  const read = COMPUTED.get(field);
  // A field that no reader knows is one that no snapshot tells.
  return (
    read?.(space, mask, ranges) ?? {
      has: TRUE,
      holds: space.unknown(`field ${field}`, { what: field, why: "not in a snapshot" }),
    }
  );
}

/** The variables of a field that stands in bits of its own, and the packets that have it; null: it is read off others. */
export function plainField(space: Space, field: NumberField): { readonly name: FieldName; readonly has: Ref } | null {
  const plain = PLAIN.get(field);
  return plain === undefined ? null : { name: plain[0], has: presenceOf(space, field, plain[1]) };
}

type Reader = (space: Space, mask: number, ranges: Ranges) => FieldSet;

/** Fields that are read off others. */
const COMPUTED: ReadonlyMap<NumberField, Reader> = new Map<NumberField, Reader>([
  ["payloadSport", (space, mask, ranges) => payload(space, "sport", mask, ranges)],
  ["payloadDport", (space, mask, ranges) => payload(space, "dport", mask, ranges)],
  ["payloadTcpFlags", tcpFlagBytes],
  ["ctState", trackedState],
  ["l4Proto", lastProtocol],
  ["devgroupIn", (space, mask, ranges) => ofDevice(space, "iif", isInside(mask, ranges), groupOf)],
  ["devgroupOut", (space, mask, ranges) => ofDevice(space, "oif", isInside(mask, ranges), groupOf)],
  ["linkTypeIn", (space, mask, ranges) => ofDevice(space, "iif", isInside(mask, ranges), linkTypeOf)],
  ["linkTypeOut", (space, mask, ranges) => ofDevice(space, "oif", isInside(mask, ranges), linkTypeOf)],
]);

function isInside(mask: number, ranges: Ranges): (value: number) => boolean {
  return (value) => inRanges((value & mask) >>> 0, ranges);
}

function trackedState(space: Space, mask: number, ranges: Ranges): FieldSet {
  const inside = isInside(mask, ranges);
  const codes = CT_STATE_BITS.filter(([, bit]) => inside(bit)).map(([name]) => CT_STATE[name]);
  return { has: TRUE, holds: space.isAnyOf("ctState", codes) };
}

/** Packets of IPv6 with a header that no option of a trace gives them. */
export function hasAuthentication(space: Space): Ref {
  return space.unknown("header 51", { what: "the packet has an authentication header", why: "not given" });
}

/** An authentication header of IPv6 counts as the last one. */
function lastProtocol(space: Space, mask: number, ranges: Ranges): FieldSet {
  const own = space.in("proto", ranges, mask);
  if (space.layout.family === "ip") return { has: TRUE, holds: own };
  return {
    has: TRUE,
    holds: space.bdd.ite(hasAuthentication(space), isInside(mask, ranges)(PROTO.ah) ? TRUE : FALSE, own),
  };
}

function presenceOf(space: Space, field: string, presence: Presence): Ref {
  switch (presence) {
    case "always":
      return TRUE;
    case "ports":
      return space.bdd.minus(withPorts(space), isLater(space));
    case "tcp":
      return space.bdd.minus(space.is("proto", PROTO.tcp), isLater(space));
    case "icmp":
      return space.bdd.minus(space.isAnyOf("proto", [PROTO.icmp, PROTO.icmp6]), isLater(space));
    case "ct":
      return hasEntry(space);
    case "socket":
      return space.is("hasSocket", 1);
    case "perhaps":
      return space.unknown(`has ${field}`, { what: `the packet has ${field}`, why: "not given" });
  }
}

/** Protocols whose header starts with two ports. */
function withPorts(space: Space): Ref {
  return space.isAnyOf("proto", [PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp]);
}

/** A fragment that is not the first. */
export function isLater(space: Space): Ref {
  if (!space.hasFragments) return FALSE;
  return space.isAnyOf("fragment", [FRAGMENT.laterAtOne, FRAGMENT.later]);
}

/** The packet belongs to a flow. */
export function hasEntry(space: Space): Ref {
  return space.isAnyOf("ctState", [CT_STATE.new, CT_STATE.established, CT_STATE.related]);
}

/** The bytes where the port would stand: those of a fragment, or of another protocol's header, are anything. */
function payload(space: Space, field: "sport" | "dport", mask: number, ranges: Ranges): FieldSet {
  const { bdd } = space;
  const own = field === "sport" ? "payloadSport" : "payloadDport";
  const plain = bdd.and(space.is("fragment", FRAGMENT.whole), withPorts(space));
  const there = space.unknown(`has ${own}`, { what: `the packet has ${own}`, why: "not given" });
  return {
    has: bdd.or(plain, there),
    holds: bdd.ite(plain, space.in(field, ranges, mask), space.in(own, ranges, mask)),
  };
}

function tcpFlagBytes(space: Space, mask: number, ranges: Ranges): FieldSet {
  const { bdd } = space;
  const whole = space.is("fragment", FRAGMENT.whole);
  const there = space.unknown("has payloadTcpFlags", { what: "the packet has payloadTcpFlags", why: "not given" });
  return {
    has: bdd.ite(whole, space.is("proto", PROTO.tcp), there),
    holds: bdd.ite(whole, space.in("tcpFlags", ranges, mask), space.in("payloadTcpFlags", ranges, mask)),
  };
}

/** A number that a device has; null: it has none; undefined: no dump tells. */
type OfDevice = (space: Space, name: string) => number | undefined;

function ofDevice(space: Space, side: DeviceField, inside: (value: number) => boolean, valueOf: OfDevice): FieldSet {
  const { bdd } = space;
  const isThere = bdd.not(space.noDevice(side));
  const holds = space.devicesWhere(side, ({ name, isOther }) => {
    const value = isOther ? undefined : valueOf(space, name);
    return value !== undefined && inside(value);
  });
  const untold = space.devicesWhere(
    side,
    ({ name, isOther }) => isOther || (name !== "" && valueOf(space, name) === undefined),
  );
  const open = space.unknown(`${side} ${valueOf.name}`, {
    what: `a number of the ${side} device`,
    why: "not in a snapshot",
  });
  return { has: isThere, holds: bdd.or(holds, bdd.and(untold, open)) };
}

function groupOf({ program }: Space, name: string): number | undefined {
  const group = program.links.get(name)?.group ?? null;
  if (group === null || group === "default") return program.links.has(name) ? 0 : undefined;
  return /^\d+$/.test(group) ? Number(group) : undefined;
}

function linkTypeOf({ program }: Space, name: string): number | undefined {
  return LINK_TYPES.get(program.links.get(name)?.type ?? "");
}

/** What the bytes of the packet decide: the same wherever it is asked. */
export function ofContent(space: Space, what: string): Ref {
  return space.unknown(`content ${what}`, { what: `the packet has ${what}`, why: "not given" });
}
