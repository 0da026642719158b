import { joinBytes } from "../program/transport.ts";
import type { Skb } from "./skb.ts";

/** A fragment in its queue: the bytes `from` to `to` behind the IP headers of its packet. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
  /** As it came. */
  readonly skb: Skb;
  readonly isLast: boolean;
  /** What counts towards the size that no fragment on the way out may exceed (`frag_max_size`). */
  readonly size: number;
}

/** `struct inet_frag_queue`: what is there of one packet. Never changed: a longer queue is another one. */
export interface FragmentQueue {
  /** In the order of their bytes. */
  readonly pieces: readonly Piece[];
  /** Pieces that came one behind the other: what repeats a part of one of them is a duplicate. */
  readonly runs: readonly ByteRun[];
  /** How long the packet is, as far as is known. */
  readonly length: number;
  readonly lastIsIn: boolean;
}

/** A range of bytes. */
interface ByteRun {
  readonly from: number;
  readonly to: number;
}

/** Queues by the place where they wait and by what makes fragments those of one packet. */
export type FragmentQueues = ReadonlyMap<string, FragmentQueue>;

export const EMPTY_QUEUE: FragmentQueue = { pieces: [], runs: [], length: 0, lastIsIn: false };

/** Why a piece does not go in. `corrupt`: it lies beyond the end, holds nothing, or gives the packet another end. */
export type Refusal = "corrupt" | "duplicate" | "overlap";

/** ip_frag_queue and nf_ct_frag6_queue: the queue with one more piece, or why not. */
export function withPiece(queue: FragmentQueue, piece: Piece): FragmentQueue | Refusal {
  const { length, lastIsIn } = queue;
  if (piece.from === piece.to) return "corrupt";
  const isBeyond = lastIsIn && piece.to > length;
  if (isBeyond || (piece.isLast && (piece.to < length || (lastIsIn && piece.to !== length)))) return "corrupt";
  const runs = insertRun(queue, piece);
  if (typeof runs === "string") return runs;
  const pieces = [...queue.pieces, piece].sort((a, b) => a.from - b.from);
  return { pieces, runs, length: Math.max(length, piece.to), lastIsIn: lastIsIn || piece.isLast };
}

/** inet_frag_queue_insert (net/ipv4/inet_fragment.c): runs grow at the packet's end only; elsewhere a piece starts its own. */
function insertRun({ pieces, runs }: FragmentQueue, { from, to }: ByteRun): readonly ByteRun[] | Refusal {
  const tail = pieces.at(-1);
  if (tail === undefined || tail.to < to) {
    const last = runs.at(-1);
    if (tail === undefined || last === undefined || from > tail.to) return [...runs, { from, to }];
    return from < tail.to ? "overlap" : [...runs.slice(0, -1), { from: last.from, to }];
  }
  const met = runs.find((run) => to > run.from && from < run.to);
  if (met !== undefined) return from >= met.from && to <= met.to ? "duplicate" : "overlap";
  return [...runs, { from, to }].sort((a, b) => a.from - b.from);
}

/** Has every byte come? */
export function isWhole({ pieces, lastIsIn, length }: FragmentQueue): boolean {
  return lastIsIn && pieces.reduce((sum, { from, to }) => sum + to - from, 0) === length;
}

/** All bytes behind the IP headers. */
export function bytesOfQueue({ pieces }: FragmentQueue): Uint8Array {
  return joinBytes(pieces.map(({ bytes }) => bytes));
}
