import { printAddress } from "../base/address.ts";
import { FRAGMENT_UNIT, packetOfFragments } from "../program/fragment.ts";
import { encodeIpPayload, packetLength } from "../program/packet-bytes.ts";
import type { Packet } from "../program/packet.ts";
import { PROTO } from "../program/protocol.ts";
import { transportLength } from "../program/transport.ts";
import { bytesOfQueue, EMPTY_QUEUE, isWhole, withPiece } from "./fragment-queue.ts";
import type { FragmentQueue, Piece, Refusal } from "./fragment-queue.ts";
import { staysOnItsLink } from "./ip6-header.ts";
import type { Run } from "./run.ts";
import type { Skb } from "./skb.ts";
import { packetOf } from "./skb.ts";
import { ACCEPT, dropped } from "./verdict.ts";
import type { ChainVerdict } from "./verdict.ts";

/**
 * Where a packet is put together: each place keeps queues of its own (include/net/ip.h enum ip_defrag_users). In front of
 * INPUT only IPv4 does so; IPv6 hands fragments to the program's side of INPUT.
 */
type Place = "prerouting" | "bridge" | "output" | "deliver";

/**
 * A fragment waits until its packet is whole; then the one that came last goes on as the packet, with header and mark of
 * the first one (ipv4_conntrack_defrag, ipv6_defrag, ip_local_deliver). Time does not pass in a walk: queues stay.
 */
export function gather(run: Run, place: Place): ChainVerdict {
  const { skb } = run;
  if (skb.base.fragment === null || skb.untracked || isLeftAlone(skb.base)) return ACCEPT;
  const key = keyOf(skb, place);
  const before = run.fragments.get(key) ?? EMPTY_QUEUE;
  const queue = withPiece(before, pieceOf(skb));
  if (typeof queue === "string") {
    keep(run, key, keptAfter(queue, skb, before));
    return dropped("conntrack", REFUSALS[queue]);
  }
  if (!isWhole(queue)) {
    keep(run, key, queue);
    return dropped("conntrack", "a fragment waits here for the others of its packet");
  }
  keep(run, key, null);
  return putTogether(run, queue);
}

/**
 * nf_ct_frag6_gather leaves a first fragment without the whole transport header, and one of odd length that is not the last,
 * to whoever is the receiver.
 */
function isLeftAlone(packet: Packet): boolean {
  const { family, fragment } = packet;
  if (family === "ip" || fragment === null) return false;
  const length = transportLength(packet);
  const needed = LEAST_HEADER.get(packet.proto) ?? 1;
  return (fragment.offset === 0 && length < needed) || (fragment.more && length % FRAGMENT_UNIT !== 0);
}

/** ipv6frag_thdr_truncated: of other protocols one byte is enough. */
const LEAST_HEADER: ReadonlyMap<number, number> = new Map([
  [PROTO.tcp, 20],
  [PROTO.udp, 8],
  [PROTO.icmp6, 8],
]);

/** What makes fragments parts of one packet (struct frag_v4_compare_key, frag_v6_compare_key). */
function keyOf({ base, src, dst, iif }: Skb, place: Place): string {
  const ends = `${place} ${printAddress(src)} ${printAddress(dst)} ${String(base.id)}`;
  if (typeof dst === "number") return `${ends} ${String(base.proto)}`;
  return staysOnItsLink(dst) ? `${ends} ${iif ?? ""}` : ends;
}

function pieceOf(skb: Skb): Piece {
  const packet = packetOf(skb);
  const { offset, more } = packet.fragment ?? { offset: 0, more: false };
  const whole = encodeIpPayload(packet);
  // Only the last one may end anywhere.
  const bytes = more ? whole.slice(0, whole.length - (whole.length % FRAGMENT_UNIT)) : whole;
  const from = offset * FRAGMENT_UNIT;
  const cutOff = whole.length - bytes.length;
  return {
    from,
    to: from + bytes.length,
    bytes,
    skb: { ...skb },
    isLast: !more,
    size: packetLength(packet) - cutOff,
  };
}

function keep(run: Run, key: string, queue: FragmentQueue | null): void {
  const fragments = new Map(run.fragments);
  fragments.delete(key);
  if (queue !== null) fragments.set(key, queue);
  run.fragments = fragments;
}

const REFUSALS: Readonly<Record<Refusal, string>> = {
  corrupt: "the fragment does not fit what is there of its packet",
  duplicate: "the fragment has come before",
  overlap: "the fragment overlaps another one: the packet is given up",
};

/** What stays in the queue when a piece does not go in; null: nothing, the packet is given up. */
function keptAfter(refusal: Refusal, { family }: Skb, before: FragmentQueue): FragmentQueue | null {
  if (refusal === "duplicate") return before;
  return refusal === "corrupt" && family === "ip6" ? before : null;
}

const ECN_MASK = 3;
const CE = 3;

/** inet_frag_ecn: what is not ECN-capable does not mix with what is; congestion met by one is met by all. Null: refused. */
function ecnOf(pieces: readonly Piece[]): number | null {
  const codes = new Set(pieces.map(({ skb }) => skb.tos & ECN_MASK));
  if (codes.size === 1) return 0;
  if (codes.has(0)) return null;
  return codes.has(CE) ? CE : 0;
}

/** The largest IP packet. */
const LARGEST = 65_535;
const V6_HEADER = 40;

/** ip_frag_reasm, nf_ct_frag6_reasm: `skb_morph` makes the last arrival the first fragment; its device and route stay. */
function putTogether(run: Run, queue: FragmentQueue): ChainVerdict {
  const { skb } = run;
  const { pieces } = queue;
  const [first] = pieces;
  const ecn = ecnOf(pieces);
  if (first === undefined || ecn === null) return dropped("conntrack", "the fragments disagree about ECN");
  const base = packetOfFragments(packetOf(first.skb), bytesOfQueue(queue));
  if (packetLength(base) - (skb.family === "ip" ? 0 : V6_HEADER) > LARGEST) {
    return dropped("conntrack", "the packet that the fragments make is too large");
  }
  const largest = Math.max(...pieces.map(({ size }) => size));
  // Only where the largest piece says so: tiny ones with DF must not hold up the others.
  const dontFragment = pieces.some((piece) => piece.size === largest && piece.skb.base.dontFragment);
  const { src, dst, ttl, mark, markUnknown, pktType, isForOther, smac, physin } = first.skb;
  const { sport, dport, icmpId } = base;
  Object.assign(skb, {
    src,
    dst,
    sport,
    dport,
    icmpId,
    ttl,
    mark,
    markUnknown,
    pktType,
    isForOther,
    smac,
    physin,
  } satisfies Partial<Skb>);
  skb.tos = first.skb.tos | ecn;
  skb.base = { ...base, dontFragment };
  skb.gathered = { sizes: pieces.map(({ from, to }) => to - from), largest };
  const what = `${String(pieces.length)} fragments are put together: one packet of ${String(packetLength(skb.base))} bytes from here on`;
  run.steps.push({ kind: "note", what });
  return ACCEPT;
}
