import type { SctpChunk, Test } from "../program/test.ts";

/** xt_sctp.c match_packet: walks the chunks behind the common header. */
export function matchChunks(payload: Uint8Array, { scope, chunks }: Test & { kind: "sctp-chunks" }): boolean {
  const missing = new Set(chunks);
  for (let at = 0; at + 4 <= payload.length;) {
    const found = chunks.find((chunk) => isChunk(chunk, payload[at] ?? 0, payload[at + 1] ?? 0));
    if (found === undefined && scope === "only") return false;
    if (found !== undefined && scope === "any") return true;
    if (found !== undefined) missing.delete(found);
    const length = ((payload[at + 2] ?? 0) << 8) | (payload[at + 3] ?? 0);
    if (length === 0) return false;
    at += (length + 3) & ~3;
  }
  return scope === "only" || (scope === "all" && missing.size === 0);
}

function isChunk({ type, mask, flags }: SctpChunk, ofType: number, ofFlags: number): boolean {
  return type === ofType && (ofFlags & mask) === flags;
}
