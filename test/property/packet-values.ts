/** One packet as values of the variables of prove: written here once more, from the walk's side. */
import type { FieldName } from "../../packages/engine/src/prove/layout.ts";
import type { Space } from "../../packages/engine/src/prove/space.ts";
import { packetLength } from "../../packages/engine/src/program/packet-bytes.ts";
import type { Skb } from "../../packages/engine/src/walk/skb.ts";

const STATES = { new: 0, established: 1, related: 2 } as const;
const PKT_TYPES = { host: 0, broadcast: 1, multicast: 2, otherhost: 3 } as const;

export function packetValues(space: Space, skb: Skb): ReadonlyMap<number, boolean> {
  const values = new Map<number, boolean>();
  const put = (field: FieldName, value: number | bigint | null): void => {
    const bits = space.layout.bits[field];
    for (const [index, level] of bits.entries()) {
      if (level !== null) values.set(level, ((BigInt(value ?? 0) >> BigInt(bits.length - 1 - index)) & 1n) === 1n);
    }
  };
  const device = (name: string | null): number => numberOf(space, name ?? "");
  for (const [field, value] of Object.entries(numbersOf(skb))) put(field as FieldName, value);
  for (const [field, value] of Object.entries(trackedOf(skb))) put(field as FieldName, value);
  for (const field of ["iif", "oif", "physin", "physout"] as const) put(field, device(skb[field]));
  return values;
}

/** A device that nothing speaks of is another one of those that begin so, of the longest beginning that it has. */
function numberOf({ devices: { names } }: Space, name: string): number {
  const own = names.findIndex((one) => !one.isOther && one.name === name);
  if (own >= 0) return own;
  return names.reduce((best, one, number) => {
    const isLonger = one.isOther && name.startsWith(one.name) && one.name.length >= (names[best]?.name.length ?? 0);
    return isLonger ? number : best;
  }, 0);
}

type Numbers = Readonly<Partial<Record<FieldName, number | bigint | null>>>;

function numbersOf({ base, src, dst, sport, dport, mark, pktType, tos, ttl, socket, ipvs, family }: Skb): Numbers {
  const { proto, icmpType, icmpCode, tcpFlags } = base;
  const header = { proto, src, dst, sport, dport, icmpType, icmpCode, tcpFlags, fragment: 0, tos, ttl };
  const ctFamily = family === "ip" ? 2 : 10;
  return {
    ...header,
    mark,
    pktType: PKT_TYPES[pktType],
    length: packetLength(base),
    hasSocket: Number(socket !== null),
    socket: 0,
    ipvs: Number(ipvs),
    ctFamily,
  };
}

function trackedOf({ ct, untracked }: Skb): Numbers {
  if (ct === null) return { ctState: untracked ? 4 : 3 };
  const { original, reply, mark } = ct.flow;
  return {
    ctState: STATES[ct.state],
    ctDirection: Number(ct.direction === "reply"),
    ctmark: mark,
    ctStatus: statusOf(ct.flow),
    origProto: original.proto,
    origSrc: original.src,
    origDst: original.dst,
    origSport: original.sport,
    origDport: destinationOf(original),
    replSrc: reply.src,
    replDst: reply.dst,
    replSport: reply.sport,
    replDport: destinationOf(reply),
  };
}

function destinationOf({ icmpType, icmpCode, dport }: Flow["original"]): number {
  return icmpType === null ? dport : (icmpType << 8) | (icmpCode ?? 0);
}

type Flow = NonNullable<Skb["ct"]>["flow"];

function statusOf(flow: Flow): number {
  const bits: readonly (readonly [boolean, number])[] = [
    [flow.seenReply, 2],
    [flow.assured, 4],
    [flow.confirmed, 8],
    [flow.snat, 0x10],
    [flow.dnat, 0x20],
    [flow.snatDone, 0x80],
    [flow.dnatDone, 0x100],
    [flow.dying, 0x200],
  ];
  return bits.reduce((sum, [isSet, bit]) => (isSet ? sum | bit : sum), 0);
}
