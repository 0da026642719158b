import type { Address } from "../base/address.ts";
import { printAddress, zeroOf } from "../base/address.ts";
import type { Socket } from "../model/host.ts";
import { PROTO } from "../program/protocol.ts";
import type { Test } from "../program/test.ts";
import type { Question } from "./oracle.ts";
import { factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import type { Skb } from "./skb.ts";

const PROTOCOLS: Readonly<Record<number, Socket["proto"]>> = { 6: "tcp", 17: "udp" };

/** A socket that the kernel would find, none, or a question where no `ss` dump says. */
export type FoundSocket = { readonly socket: Socket; readonly transparent: boolean | null } | null;

/** nf_sk_lookup_slow_v4: the connection that the packet is of, else the best listener. */
export function findSocket(run: Run, skb: Skb): FoundSocket {
  return findConnection(run, skb) ?? findListener(run, skb, skb.dst, skb.dport);
}

/** __inet_lookup_established: a socket of the packet's two ends. Its own need not be an address of this node. */
export function findConnection(run: Run, skb: Skb): FoundSocket {
  const { dst, src, sport } = skb;
  const isOurs = (socket: Socket): boolean =>
    socket.localAddress === dst && socket.peerAddress === src && socket.peerPort === sport && socket.state !== "LISTEN";
  return found(socketsOn(run, skb, skb.dport).find(isOurs));
}

/** The socket that takes new connections to this address and port. */
export function findListener(run: Run, skb: Skb, local: Address, port: number | null): FoundSocket {
  const listeners = socketsOn(run, skb, port).filter(({ state }) => state === "LISTEN" || state === "UNCONN");
  const exact = listeners.find(({ localAddress }) => localAddress === local);
  return found(exact ?? listeners.find((socket) => isWildcard(socket, local)));
}

function found(socket: Socket | undefined): FoundSocket {
  return socket === undefined ? null : { socket, transparent: socket.transparent };
}

function socketsOn({ program }: Run, skb: Skb, port: number | null): readonly Socket[] {
  const proto = PROTOCOLS[skb.base.proto];
  if (proto === undefined || port === null) return [];
  return (program.sockets ?? []).filter(
    (socket) => socket.proto === proto && socket.localPort === port && onDevice(socket, skb),
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
  if (own === undefined || skb.hasSocket || skb.base.fragment !== null || skb.pktType !== "host") return;
  const isOn = ["net.ipv4.ip_early_demux", own].every((name) => program.sysctl.number(name, 1) !== 0);
  if (isOn && findConnection(run, skb) !== null) skb.hasSocket = true;
}

function onDevice(socket: Socket, skb: Skb): boolean {
  return socket.device === null || socket.device === skb.iif;
}

function isWildcard(socket: Socket, like: Address): boolean {
  if (socket.localAddress === null) return true;
  if (socket.localAddress === 0n && typeof like === "number") return socket.v6only === false;
  return socket.localAddress === zeroOf(typeof like === "number" ? "ip" : "ip6");
}

/** socket_match (net/netfilter/xt_socket.c). */
export function evaluateSocket(test: Test & { kind: "socket" }, run: Run): boolean | Question {
  const { skb } = run;
  if (run.program.sockets === null) return askSocket(run, "a socket for this packet exists");
  const match = findSocket(run, skb);
  if (match === null) return false;
  const { socket, transparent } = match;
  // Listeners on the wildcard address count only with --nowildcard.
  if (!test.nowildcard && socket.state !== "ESTAB" && isWildcard(socket, skb.dst)) return false;
  if (test.transparent) {
    if (transparent === null) return askSocket(run, `the socket on ${ends(socket)} is transparent`);
    if (!transparent) return false;
  }
  if (test.restoreMark && socket.mark !== null) skb.mark = socket.mark;
  return true;
}

function ends(socket: Socket): string {
  return `${socket.localAddress === null ? "*" : printAddress(socket.localAddress)}:${String(socket.localPort)}`;
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
