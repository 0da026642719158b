import type { Address } from "../base/address.ts";
import { printAddress, zeroOf } from "../base/address.ts";
import type { Socket } from "../model/host.ts";
import type { Test } from "../program/test.ts";
import type { Question } from "./oracle.ts";
import { factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import type { Skb } from "./skb.ts";

const PROTOCOLS: Readonly<Record<number, Socket["proto"]>> = { 6: "tcp", 17: "udp" };

/** A socket that the kernel would find, none, or a question where no `ss` dump says. */
export type FoundSocket = { readonly socket: Socket; readonly transparent: boolean | null } | null;

/** nf_sk_lookup_slow_v4: an established socket of these two ends, else the best listener. */
export function findSocket(run: Run, skb: Skb, local: Address, localPort: number | null): FoundSocket {
  const proto = PROTOCOLS[skb.base.proto];
  const sockets = run.program.sockets ?? [];
  if (proto === undefined || localPort === null) return null;
  const here = (socket: Socket): boolean =>
    socket.proto === proto && socket.localPort === localPort && onDevice(socket, skb);
  const connected = sockets.find(
    (s) =>
      here(s) &&
      s.localAddress === local &&
      s.peerAddress === skb.src &&
      s.peerPort === skb.sport &&
      s.state !== "LISTEN",
  );
  const listening = (socket: Socket): boolean =>
    here(socket) && (socket.state === "LISTEN" || socket.state === "UNCONN");
  const found =
    connected ??
    sockets.find((s) => listening(s) && s.localAddress === local) ??
    sockets.find((s) => listening(s) && isWildcard(s, local));
  return found === undefined ? null : { socket: found, transparent: found.transparent };
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
  const found = findSocket(run, skb, skb.dst, skb.dport);
  if (found === null) return false;
  const { socket, transparent } = found;
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
