import type { SctpChunk, Test } from "../program/test.ts";

/** One chunk's header. */
interface ChunkHeader {
  readonly type: number;
  readonly flags: number;
  readonly length: number;
}

/** The chunks behind the common header, one by one; one that claims no length is the last. */
export function sctpChunks(payload: Uint8Array): readonly ChunkHeader[] {
  const out: ChunkHeader[] = [];
  for (let at = 0; at + 4 <= payload.length;) {
    const length = ((payload[at + 2] ?? 0) << 8) | (payload[at + 3] ?? 0);
    out.push({ type: payload[at] ?? 0, flags: payload[at + 1] ?? 0, length });
    if (length === 0) break;
    at += (length + 3) & ~3;
  }
  return out;
}

/** xt_sctp.c match_packet: walks the chunks behind the common header. */
export function matchChunks(payload: Uint8Array, { scope, chunks }: Test & { kind: "sctp-chunks" }): boolean {
  const missing = new Set(chunks);
  for (const { type, flags, length } of sctpChunks(payload)) {
    const found = chunks.find((chunk) => isChunk(chunk, type, flags));
    if (found === undefined && scope === "only") return false;
    if (found !== undefined && scope === "any") return true;
    if (found !== undefined) missing.delete(found);
    if (length === 0) return false;
  }
  return scope === "only" || (scope === "all" && missing.size === 0);
}

function isChunk({ type, mask, flags }: SctpChunk, ofType: number, ofFlags: number): boolean {
  return type === ofType && (ofFlags & mask) === flags;
}
