import { parseAddressMask } from "../../base/address.ts";
import { PKT_TYPE } from "../../program/packet.ts";
import { addressesOfType } from "../address-type.ts";
import { TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { CT_STATE, hasAuthentication } from "../fields.ts";
import { SOCKET } from "../socket.ts";
import type { Space } from "../space.ts";
import { arrivals } from "./arrivals.ts";
import type { Origin } from "./arrivals.ts";

/** What goes without saying of a packet that somebody asks about. */
export type Ordinary = "state" | "mark" | "src" | "dst" | "ttl" | "length";

/** Bytes: what every link of IPv6 carries whole (RFC 8200), and about every other link too. */
export const ORDINARY_LENGTH = 1280;
/** So that no router on the node ends the packet's life. */
export const ORDINARY_TTL = 2;

/** A flow that begins has nothing of this yet. */
const OF_A_FLOW = ["ctmark", "ctStatus", "ctDirection"] as const;

const ORDINARY: Readonly<Record<Ordinary, (space: Space, origin: Origin) => Ref>> = {
  state: (space) => {
    const fresh = OF_A_FLOW.map((field) => space.is(field, 0));
    const isFirst = [space.is("ctState", CT_STATE.new), space.is("socket", SOCKET.none)];
    return space.bdd.intersection([...isFirst, ...fresh]);
  },
  mark: (space) => space.is("mark", 0),
  src: (space, origin) => unicastSet(space, origin, "src"),
  dst: (space, origin) => unicastSet(space, origin, "dst"),
  ttl: (space) => space.in("ttl", [{ from: ORDINARY_TTL, to: 0xff }]),
  length: (space) => space.in("length", [{ from: 0, to: ORDINARY_LENGTH }]),
};

/** Packets that are as one would expect in one respect: the first of a flow, without a mark, from host to host … */
export function ordinarySet(space: Space, origin: Origin, respect: Ordinary): Ref {
  return ORDINARY[respect](space, origin);
}

/** Packets whose headers a trace can be given: one of IPv6 with an authentication header it cannot. */
export function plainPackets(space: Space): Ref {
  return space.layout.family === "ip" ? TRUE : space.bdd.not(hasAuthentication(space));
}

/** Packets that somebody sends by this node or from it: addressed to its device, or with an address of its own. */
export function sentPackets(space: Space, origin: Origin): Ref {
  const own = origin === "send" ? ownAddressSet(space, "src") : space.is("pktType", PKT_TYPE.host);
  return space.bdd.and(arrivals(space, origin), own);
}

const NO_HOST = {
  ip: ["0.0.0.0/8", "127.0.0.0/8", "240.0.0.0/4"],
  ip6: ["::/128", "::1/128", "ff00::/8"],
} as const;

/** Addresses of hosts: what routing takes for a stray as a source, for a group or for loopback as a destination is none. */
export function unicastSet(space: Space, origin: Origin, side: "src" | "dst"): Ref {
  const { bdd, layout } = space;
  const none = NO_HOST[layout.family].flatMap((text) => {
    const net = parseAddressMask(text);
    return net === null ? [] : [space.inNet(side, net)];
  });
  const own = side === "src" && origin === "receive" ? [ownAddressSet(space, side)] : [];
  const groups = layout.family === "ip" ? [addressesOfType(space, side, ["BROADCAST", "MULTICAST"])] : [];
  return bdd.not(bdd.union([...none, ...own, ...groups]));
}

/** Addresses that the local table holds as this node's. */
export function ownAddressSet(space: Space, field: "src" | "dst"): Ref {
  return addressesOfType(space, field, ["LOCAL"]);
}
