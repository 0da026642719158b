import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import { fragmentOf, packetOfFragments } from "../program/fragment.ts";
import { encodeIpPayload, encodePacket } from "../program/packet-bytes.ts";
import type { Packet } from "../program/packet.ts";
import { bytesOfQueue, EMPTY_QUEUE, isWhole, withPiece } from "./fragment-queue.ts";
import type { FragmentQueue } from "./fragment-queue.ts";
import { newSkb } from "./skb.ts";

const arrival = { iif: "eth0", physin: null, mark: 0, pktType: "host", smac: null, uid: null, gid: null } as const;

function packetOf(fields: Readonly<Record<string, string>>): Packet {
  const { value } = parsePacketOptions({ iif: "eth0", ...fields });
  if (value === null) throw new Error("no packet");
  return value.packet;
}

const PACKETS: readonly Packet[] = [
  packetOf({ src: "10.0.0.9", dst: "10.1.0.9", proto: "udp", dport: "53", length: "128", id: "1" }),
  packetOf({ src: "10.0.0.9", dst: "10.1.0.9", dport: "80", tcpOptions: "020405b4", length: "131", id: "1", df: "" }),
  packetOf({ src: "fd00::9", dst: "fd00:1::9", proto: "icmp", length: "140", id: "1", extHeaders: "hop-by-hop" }),
];

function add(queue: FragmentQueue, packet: Packet): FragmentQueue {
  const bytes = encodeIpPayload(packet);
  const from = (packet.fragment?.offset ?? 0) * 8;
  const piece = { from, to: from + bytes.length, bytes, isLast: packet.fragment?.more === false, size: 0 };
  const longer = withPiece(queue, { ...piece, skb: newSkb(packet, arrival) });
  if (typeof longer === "string") throw new Error(longer);
  return longer;
}

it("makes the packet again from its fragments, cut anywhere and in any order", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PACKETS),
      fc.uniqueArray(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
      (packet, cuts, order) => {
        const length = encodeIpPayload(packet).length;
        const edges = [0, ...cuts.map((cut) => cut * 8).sort((a, b) => a - b), length];
        const fragments = edges.slice(1).map((to, at) => fragmentOf(packet, edges[at] ?? 0, to));
        const keyed = fragments.map((fragment, at) => ({ fragment, key: order[at] ?? 0 }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ fragment }) => fragment);
        const queues = shuffled.map((_, at) => shuffled.slice(0, at + 1).reduce(add, EMPTY_QUEUE));
        expect(queues.map(isWhole)).toEqual(queues.map((_, at) => at === queues.length - 1));
        const [first] = fragments;
        const queue = queues.at(-1);
        if (first === undefined || queue === undefined) throw new Error("no fragment");
        const again = packetOfFragments(first, bytesOfQueue(queue));
        expect(encodePacket(again)).toEqual(encodePacket(packet));
        expect(again).toMatchObject({ l4Checksum: "good", sport: packet.sport, dport: packet.dport });
      },
    ),
  );
});
