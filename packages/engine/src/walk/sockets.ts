import type { Address } from "../base/address.ts";
import { printAddress, zeroOf } from "../base/address.ts";
import type { Socket } from "../model/host.ts";
import { decodePacket } from "../program/packet-bytes.ts";
import { isIcmpError, PROTO } from "../program/protocol.ts";
import type { Test } from "../program/test.ts";
import type { Question } from "./oracle.ts";
import { factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { packetOf } from "./skb.ts";
import type { FoundSocket, Skb } from "./skb.ts";

const PROTOCOLS: Readonly<Record<number, Socket["proto"]>> = { 6: "tcp", 17: "udp" };

interface End {
  readonly address: Address;
  readonly port: number | null;
}

/** What a socket is looked up by. */
interface Ends {
  readonly proto: number;
  readonly local: End;
  readonly peer: End;
}

/** The socket that the packet was given, else nf_sk_lookup_slow_v4, nf_sk_lookup_slow_v6: the connection that it is of or complains of, else the best listener. */
export function findSocket(run: Run, skb: Skb): FoundSocket | null {
  const given = skb.socket?.found ?? null;
  if (given !== null) return given;
  const ends = endsOf(skb);
  return ends === null ? null : (connectionOf(run, skb, ends) ?? listenerOn(run, skb, ends));
}

/** __inet_lookup_established: a socket of the packet's two ends. Its own need not be an address of this node. */
export function findConnection(run: Run, skb: Skb): FoundSocket | null {
  return hasSockets(skb.base.proto) ? connectionOf(run, skb, plainEnds(skb)) : null;
}

/** The socket that takes new connections to this address and port. */
export function findListener(run: Run, skb: Skb, local: Address, port: number | null): FoundSocket | null {
  return listenerOn(run, skb, { ...plainEnds(skb), local: { address: local, port } });
}

function connectionOf(run: Run, skb: Skb, ends: Ends): FoundSocket | null {
  const given = givenConnection(run, skb, ends);
  if (given !== null) return given;
  const { local, peer } = ends;
  const isOurs = (socket: Socket): boolean =>
    socket.localAddress === local.address &&
    socket.peerAddress === peer.address &&
    socket.peerPort === peer.port &&
    socket.state !== "LISTEN";
  const socket = socketsOn(run, skb, ends).find(isOurs);
  return socket === undefined ? null : found(socket, false);
}

/** `--socket`: said of the packet as it came; of what NAT makes of its ends nothing is said. */
function givenConnection(
  { assumedFlow }: Run,
  { base, src, dst, sport, dport }: Skb,
  { local }: Ends,
): FoundSocket | null {
  const given = assumedFlow?.socket ?? null;
  if (given === null || src !== base.src || dst !== base.dst || sport !== base.sport || dport !== base.dport)
    return null;
  const text = `${printAddress(local.address)}:${String(local.port)}`;
  return { text, transparent: given === "transparent", isWildcard: false, mark: null, uid: null };
}

function listenerOn(run: Run, skb: Skb, ends: Ends): FoundSocket | null {
  const { address } = ends.local;
  const listeners = socketsOn(run, skb, ends).filter(({ state }) => state === "LISTEN" || state === "UNCONN");
  const exact = listeners.find(({ localAddress }) => localAddress === address);
  const socket = exact ?? listeners.find((one) => isWildcard(one, address));
  return socket === undefined ? null : found(socket, isWildcard(socket, address));
}

function found({ localAddress, localPort, transparent, mark, uid }: Socket, isWildcard: boolean): FoundSocket {
  const address = localAddress === null ? "*" : printAddress(localAddress);
  return { text: `${address}:${String(localPort)}`, transparent, isWildcard, mark, uid };
}

function hasSockets(proto: number): boolean {
  return PROTOCOLS[proto] !== undefined;
}

function plainEnds({ base, src, dst, sport, dport }: Skb): Ends {
  return { proto: base.proto, local: { address: dst, port: dport }, peer: { address: src, port: sport } };
}

/**
 * Null: packets of the kind have no socket. An ICMP error is looked up by the packet that it quotes. Of IPv4 an answer to a flow whose source was
 * translated is looked up by the source that it had (nf_socket_ipv4.c nf_sk_lookup_slow_v4).
 */
function endsOf(skb: Skb): Ends | null {
  const ends = hasSockets(skb.base.proto) ? plainEnds(skb) : quotedEnds(skb);
  if (ends === null || !hasSockets(ends.proto)) return null;
  const { ct, family, base } = skb;
  const wanted = base.proto === PROTO.icmp ? "related" : "established";
  if (family === "ip6" || ct?.direction !== "reply" || ct.state !== wanted || !ct.flow.snatDone) return ends;
  const { src, sport } = ct.flow.original;
  return { ...ends, local: { address: src, port: sport } };
}

/** extract_icmp4_fields, extract_icmp6_fields: the packet that was sent from here, and that somebody complains of. */
function quotedEnds(skb: Skb): Ends | null {
  const { proto, icmpType } = skb.base;
  const isError = icmpType !== null && isIcmpError(proto, icmpType);
  const quoted = isError ? decodePacket(packetOf(skb).payload) : null;
  if (quoted === null) return null;
  return {
    proto: quoted.proto,
    local: { address: quoted.src, port: quoted.sport },
    peer: { address: quoted.dst, port: quoted.dport },
  };
}

function socketsOn({ program }: Run, skb: Skb, { proto, local }: Ends): readonly Socket[] {
  const name = PROTOCOLS[proto];
  if (name === undefined || local.port === null) return [];
  return (program.sockets ?? []).filter(
    (socket) => socket.proto === name && socket.localPort === local.port && onDevice(socket, skb),
  );
}

const EARLY_DEMUX: ReadonlyMap<number, string> = new Map([
  [PROTO.tcp, "net.ipv4.tcp_early_demux"],
  [PROTO.udp, "net.ipv4.udp_early_demux"],
]);

/** ip_rcv_finish_core, ip6_rcv_finish_core: the connection that a packet is of is found before its route. */
export function demuxEarly(run: Run): void {
  const { skb, program } = run;
  const own = EARLY_DEMUX.get(skb.base.proto);
  if (own === undefined || skb.socket !== null || skb.base.fragment !== null || skb.pktType !== "host") return;
  const isOn = ["net.ipv4.ip_early_demux", own].every((name) => program.sysctl.number(name, 1) !== 0);
  const connection = isOn ? findConnection(run, skb) : null;
  if (connection !== null) giveSocket(skb, connection);
}

/** nf_tproxy_assign_sock, skb_set_owner: rules find no other for it from then on. */
export function giveSocket(skb: Skb, found: FoundSocket): void {
  skb.socket = { uid: found.uid, gid: null, found };
}

function onDevice(socket: Socket, skb: Skb): boolean {
  return socket.device === null || socket.device === skb.iif;
}

function isWildcard(socket: Socket, like: Address): boolean {
  if (socket.localAddress === null) return true;
  if (socket.localAddress === 0n && typeof like === "number") return socket.v6only === false;
  return socket.localAddress === zeroOf(typeof like === "number" ? "ip" : "ip6");
}

/** What a socket match asks of the socket that it finds. */
type Wanted = Pick<Test & { kind: "socket" }, "transparent" | "nowildcard">;

/** socket_match (net/netfilter/xt_socket.c). */
export function evaluateSocket(test: Test & { kind: "socket" }, run: Run): boolean | Question {
  const { skb } = run;
  const socket = findSocket(run, skb);
  if (socket === null) return run.program.sockets === null && endsOf(skb) !== null ? askUnlisted(run, test) : false;
  // Listeners on the wildcard address count only with --nowildcard.
  const isWildcard = test.nowildcard ? false : (socket.isWildcard ?? askSocket(run, UNLISTED.wildcard));
  if (isWildcard !== false) return isWildcard === true ? false : isWildcard;
  if (test.transparent) {
    const { transparent } = socket;
    const answer = transparent ?? askSocket(run, `the socket on ${socket.text} is transparent`);
    if (answer !== true) return answer;
  }
  if (test.restoreMark && socket.mark !== null) skb.mark = socket.mark;
  return true;
}

/** No dump of sockets: three facts, so that all rules go by the same socket. */
function askUnlisted(run: Run, { transparent, nowildcard }: Wanted): boolean | Question {
  const exists = askSocket(run, UNLISTED.exists);
  if (exists !== true) return exists;
  const isWildcard = nowildcard ? false : askSocket(run, UNLISTED.wildcard);
  if (isWildcard !== false) return isWildcard === true ? false : isWildcard;
  return transparent ? askSocket(run, UNLISTED.transparent) : true;
}

/** What is asked of the socket of a packet where no dump lists any. */
export const UNLISTED = {
  exists: "a socket for this packet exists",
  wildcard: "the socket listens on every address",
  transparent: "the socket is transparent",
} as const;

/** May a packet of the kind have a socket? */
export function mayHaveSocket(skb: Skb): boolean {
  return endsOf(skb) !== null;
}

/** Sockets that `ss` would tell of. */
export function askSocket(run: Run, what: string): boolean | Question {
  const question = factQuestion(
    what,
    run.program.sockets === null ? "no ss dump" : "ss was run without --inet-sockopt",
    false,
  );
  return run.oracle.known(question.key) ?? question;
}
