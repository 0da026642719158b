/** The packets that the lab can put into a node, of those that can come to it. */
import type { Snapshot } from "@hookwalk/engine";
import { PROTO } from "@hookwalk/engine";
import { planDevices } from "../../../packages/cli/src/lab/topology.ts";
import { FALSE } from "../../../packages/engine/src/prove/bdd/bdd.ts";
import type { Ref } from "../../../packages/engine/src/prove/bdd/bdd.ts";
import { PKT_TYPE } from "../../../packages/engine/src/program/packet.ts";
import { CT_STATE } from "../../../packages/engine/src/prove/fields.ts";
import type { Origin } from "../../../packages/engine/src/prove/path/arrivals.ts";
import { ownAddressSet, sentPackets } from "../../../packages/engine/src/prove/path/ordinary.ts";
import type { Space } from "../../../packages/engine/src/prove/space.ts";

const HEADER = { ip: 20, ip6: 40 } as const;
/** Bytes behind the IP header, as the lab writes the shortest packet of each protocol. */
const LEAST: ReadonlyMap<number, number> = new Map([
  [PROTO.tcp, 20],
  [PROTO.udp, 8],
  [PROTO.icmp, 8],
  [PROTO.icmp6, 8],
  [PROTO.sctp, 32],
]);
/** What every link carries whole. */
const LONGEST = 1280;

/** What is sent of ICMP: an error has another packet in it, of which nothing is known. */
const ICMP = {
  ip: { proto: PROTO.icmp, types: [0, 8, 13] },
  ip6: { proto: PROTO.icmp6, types: [128, 129] },
} as const;

/** The first packets of flows, or of none, with one of these marks, by devices into which the lab can put a frame. */
export function sendablePackets(space: Space, origin: Origin, snapshot: Snapshot, marks: readonly number[]): Ref {
  const { bdd, layout } = space;
  const icmp = ICMP[layout.family];
  const isIcmp = space.is("proto", icmp.proto);
  return bdd.intersection([
    sentPackets(space, origin),
    origin === "send" ? ownAddressSet(space, "src") : inlets(space, snapshot),
    space.is("pktType", PKT_TYPE.host),
    bdd.union([PROTO.tcp, PROTO.udp, PROTO.sctp, icmp.proto].map((proto) => ofProtocol(space, proto))),
    bdd.or(bdd.not(isIcmp), bdd.and(space.isAnyOf("icmpType", icmp.types), space.is("icmpCode", 0))),
    space.isAnyOf("mark", marks),
    space.in("ttl", [{ from: 1, to: 0xff }]),
    asConntrackSeesThem(space, origin),
  ]);
}

/** What is 0 of every packet: conntrack has written down nothing of its flow yet, and root sends those of this node. */
export const ZERO_FIELDS = ["ctmark", "ctStatus", "ctDirection", "skUid", "skGid"] as const;

function ofProtocol(space: Space, proto: number): Ref {
  const from = HEADER[space.layout.family] + (LEAST.get(proto) ?? 0);
  // Conntrack takes what stands behind an INIT for a chunk that must not be there.
  const to = proto === PROTO.sctp ? from : LONGEST;
  return space.bdd.and(space.is("proto", proto), space.in("length", [{ from, to }]));
}

/** A packet that may open a flow does, and every other one belongs to none. */
function asConntrackSeesThem(space: Space, origin: Origin): Ref {
  const { bdd, layout } = space;
  const none = ZERO_FIELDS.map((field) => space.is(field, 0));
  const code = CT_STATE.new;
  const bits = layout.bits.ctState;
  const asNew = new Map(
    bits.flatMap((level, index) =>
      level === null ? [] : [[level, ((code >> (bits.length - 1 - index)) & 1) === 1] as const],
    ),
  );
  const opens = bdd.restrict(sentPackets(space, origin), asNew);
  const others = bdd.minus(space.isAnyOf("ctState", [CT_STATE.invalid, CT_STATE.untracked]), opens);
  return bdd.intersection([bdd.or(space.is("ctState", code), others), ...none]);
}

function inlets(space: Space, snapshot: Snapshot): Ref {
  const devices = planDevices(snapshot, []);
  const ported = new Set(devices.map(({ link }) => link.master));
  const isInlet = new Set(
    devices
      .filter(({ link, what }) => what.kind === "tap" || what.kind === "veth" || ported.has(link.name))
      .filter(({ link }) => link.flags.includes("UP") && !link.flags.includes("NO-CARRIER"))
      .map(({ link }) => link.name),
  );
  return isInlet.size === 0
    ? FALSE
    : space.devicesWhere("iif", ({ name, isOther }) => !isOther && name !== "" && isInlet.has(name));
}
