import { FRAGMENT_UNIT } from "../program/fragment.ts";
import { transportHeaderLength, transportLength } from "../program/transport.ts";
import { packetLength } from "../program/packet-bytes.ts";
import type { Gathered, Skb } from "./skb.ts";

/** RFC 8200 5: every link takes so much. */
const V6_LEAST_MTU = 1280;
const V6_FRAGMENT_HEADER = 8;

/** What a packet that was cut on its way out is put together from where it comes back in. */
export function gatheredFrom({ base }: Skb, sizes: readonly number[]): Gathered {
  const headers = packetLength(base) - transportLength(base);
  return { sizes, largest: headers + Math.max(...sizes) + (base.family === "ip" ? 0 : V6_FRAGMENT_HEADER) };
}

/** TCPMSS and TCPOPTSTRIP copy the packet into one piece (skb_ensure_writable): its old boundaries are lost. */
export function forgetBoundaries(skb: Skb): void {
  if (skb.gathered !== null) skb.gathered = { ...skb.gathered, sizes: null };
}

/** May the packet go out by a device with this MTU, cut or whole (ip_exceeds_mtu, ip6_pkt_too_big)? */
export function fits({ base, gathered }: Skb, mtu: number): boolean {
  return packetLength(base) <= mtu || (gathered !== null && gathered.largest <= mtu);
}

/**
 * The bytes behind the IP header of each fragment that a packet leaves in; null: it leaves whole. What was put together is
 * cut again where it was cut before, and never larger.
 */
export function cutOnTheWayOut(skb: Skb, mtu: number): readonly number[] | null {
  if (!isCut(skb, mtu)) return null;
  const { base, gathered } = skb;
  const payload = transportLength(base);
  const room = roomOf(skb, mtu) - (packetLength(base) - payload);
  const sizes = gathered?.sizes ?? null;
  // The first piece must have held the whole header, or reading it has moved the boundary.
  const hasHeader = (sizes?.[0] ?? 0) >= transportHeaderLength(base);
  return sizes !== null && hasHeader && sizes.every((size) => size <= room) ? sizes : evenPieces(payload, room);
}

/** ip_finish_output, ip6_finish_output: IPv6 leaves whole what is no larger than its largest fragment was. */
function isCut({ family, base, gathered }: Skb, mtu: number): boolean {
  const length = packetLength(base);
  if (length > mtu) return true;
  return gathered !== null && (family === "ip" || length > gathered.largest);
}

/** ip_do_fragment, ip6_fragment: bytes of a fragment, IP header included. */
function roomOf({ family, gathered }: Skb, mtu: number): number {
  if (family === "ip") return Math.min(mtu, gathered?.largest ?? mtu);
  return (gathered === null ? mtu : Math.max(V6_LEAST_MTU, gathered.largest)) - V6_FRAGMENT_HEADER;
}

/** The slow path of both: as much as fits, in units of 8 bytes but for the last. */
function evenPieces(payload: number, room: number): readonly number[] {
  const sizes: number[] = [];
  const unit = room - (room % FRAGMENT_UNIT);
  for (let left = payload; left > 0; left -= sizes.at(-1) ?? left) sizes.push(left <= room ? left : unit);
  return sizes;
}
