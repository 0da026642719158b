import type { ConntrackSpec, CtAddress, CtPorts, CtState, CtStatus } from "../program/test.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Ref } from "./bdd/bdd.ts";
import { CT_STATE, CT_STATUS, hasEntry } from "./fields.ts";
import type { FieldName } from "./layout.ts";
import type { Space } from "./space.ts";

/** conntrack_mt (net/netfilter/xt_conntrack.c). `expire`: whether the time left is right, which nobody knows. */
export function conntrackSet(space: Space, spec: ConntrackSpec, expire: () => Ref): Ref {
  const { bdd } = space;
  const stated = spec.states === null ? TRUE : negatedIf(statesSet(space, spec.states.states), spec.states.negated);
  const entry = hasEntry(space);
  const parts: Ref[] = [stated];
  if (spec.proto !== null) parts.push(negatedIf(space.is("origProto", spec.proto.proto), spec.proto.negated));
  for (const [name, key] of ADDRESSES) pushAddress(space, parts, name, spec[key]);
  for (const [name, key] of PORTS) pushPorts(space, parts, name, spec[key]);
  if (spec.direction !== null) parts.push(space.is("ctDirection", spec.direction === "ORIGINAL" ? 0 : 1));
  if (spec.status !== null) {
    const { status, negated } = spec.status;
    parts.push(negatedIf(bdd.union(status.map((one) => hasStatus(space, STATUS_BITS[one]))), negated));
  }
  if (spec.expire !== null) parts.push(expire());
  const ofFlow = parts.reduce((all, part) => bdd.and(all, part), TRUE);
  // Without an entry the state alone decides, whatever else the rule asks.
  return bdd.ite(entry, ofFlow, spec.states === null ? FALSE : stated);
}

function negatedIf(set: Ref, negated: boolean): Ref {
  return negated ? set ^ 1 : set;
}

const ADDRESSES = [
  ["origSrc", "origSrc"],
  ["origDst", "origDst"],
  ["replSrc", "replSrc"],
  ["replDst", "replDst"],
] as const;

const PORTS = [
  ["origSport", "origSrcPort"],
  ["origDport", "origDstPort"],
  ["replSport", "replSrcPort"],
  ["replDport", "replDstPort"],
] as const;

function pushAddress(space: Space, parts: Ref[], field: (typeof ADDRESSES)[number][0], wanted: CtAddress | null): void {
  if (wanted !== null) parts.push(negatedIf(space.inNet(field, wanted.net), wanted.negated));
}

function pushPorts(space: Space, parts: Ref[], field: FieldName, wanted: CtPorts | null): void {
  if (wanted !== null) parts.push(negatedIf(space.in(field, wanted.ranges), wanted.negated));
}

const STATUS_BITS: Readonly<Record<CtStatus, number>> = {
  NONE: 0, // IPS_… of NONE is no bit at all
  EXPECTED: CT_STATUS.expected,
  SEEN_REPLY: CT_STATUS.seenReply,
  ASSURED: CT_STATUS.assured,
  CONFIRMED: CT_STATUS.confirmed,
};

function hasStatus(space: Space, bit: number): Ref {
  return bit === 0 ? FALSE : space.masked("ctStatus", bit, bit);
}

function statesSet(space: Space, states: readonly CtState[]): Ref {
  return space.bdd.union(states.map((state) => stateSet(space, state)));
}

function stateSet(space: Space, state: CtState): Ref {
  switch (state) {
    case "NEW":
      return space.is("ctState", CT_STATE.new);
    case "ESTABLISHED":
      return space.is("ctState", CT_STATE.established);
    case "RELATED":
      return space.is("ctState", CT_STATE.related);
    case "INVALID":
      return space.is("ctState", CT_STATE.invalid);
    case "UNTRACKED":
      return space.is("ctState", CT_STATE.untracked);
    case "SNAT":
      return space.bdd.and(hasEntry(space), hasStatus(space, CT_STATUS.snat));
    case "DNAT":
      return space.bdd.and(hasEntry(space), hasStatus(space, CT_STATUS.dnat));
  }
}
