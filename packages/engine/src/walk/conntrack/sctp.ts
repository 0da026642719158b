import { sctpChunks } from "../sctp.ts";

const CHUNK = {
  init: 1,
  initAck: 2,
  heartbeat: 4,
  heartbeatAck: 5,
  shutdownAck: 8,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const;

const ALONE: ReadonlySet<number> = new Set([CHUNK.init, CHUNK.initAck, CHUNK.shutdownComplete]);
const FIRST: ReadonlySet<number> = new Set([CHUNK.cookieEcho, CHUNK.cookieAck]);

/** do_basic_checks (net/netfilter/nf_conntrack_proto_sctp.c): no chunk at all, one without a length, or one in a wrong place. */
export function sctpMalformed(payload: Uint8Array): boolean {
  const chunks = sctpChunks(payload);
  const alone = chunks.some(({ type }) => ALONE.has(type));
  return (
    chunks.length === 0 ||
    (alone && chunks.length > 1) ||
    chunks.some(({ type, length }, at) => length === 0 || (at > 0 && FIRST.has(type)))
  );
}

/** Chunks that need no verification tag of an earlier packet (nf_conntrack_sctp_packet, RFC 9260 8.4 and 8.5). */
const OPENING: ReadonlySet<number> = new Set([CHUNK.init, CHUNK.heartbeat, CHUNK.heartbeatAck, CHUNK.shutdownAck]);

/** sctp_new: may this packet be the first of its flow? */
export function sctpMayOpen(payload: Uint8Array): boolean {
  return sctpChunks(payload).every(({ type }) => OPENING.has(type));
}

/** The answer to a COOKIE ECHO establishes the association, which assures the flow. */
export function sctpEstablishes(payload: Uint8Array): boolean {
  return sctpChunks(payload).some(({ type }) => type === CHUNK.cookieAck);
}
