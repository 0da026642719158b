import type { Socket } from "@hookwalk/engine";
import type { Libc } from "./native.ts";
import { AF, errnoName, intBytes, SOCK } from "./native.ts";
import { socketAddress } from "./local-sender.ts";

const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;
const IPPROTO_TCP = 6;
const TCP_REPAIR = 19;
const SOL_IP = 0;
const IP_FREEBIND = 15;
const IP_TRANSPARENT = 19;
const SOL_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPV6_TRANSPARENT = 75;
const IPV6_FREEBIND = 78;

const TYPES: ReadonlyMap<Socket["proto"], number> = new Map([
  ["tcp", SOCK.stream],
  ["udp", SOCK.dgram],
]);

/** States that a socket can be put into without a packet. */
const STATES: ReadonlySet<string> = new Set(["LISTEN", "UNCONN", "ESTAB"]);

/** A socket of the snapshot, opened; or why it could not be. */
export type Opened = { readonly fd: number } | { readonly problem: string } | null;

/**
 * Opens a socket that `ss` listed: TCP listeners, UDP sockets, established TCP connections (in repair mode: without a
 * packet). Null for the kinds that no rule can see. In the namespace.
 */
export function openSocket(libc: Libc, socket: Socket): Opened {
  const type = TYPES.get(socket.proto);
  if (type === undefined || socket.localPort === null || !STATES.has(socket.state)) return null;
  const v6 = typeof socket.localAddress === "bigint" || socket.localAddress === null;
  const address = socketAddress(socket.localAddress ?? 0n, socket.localPort);
  const fd = libc.socket(v6 ? AF.inet6 : AF.inet, type | SOCK.cloexec, 0);
  if (
    fd >= 0 &&
    setOptions(libc, fd, socket, v6) &&
    libc.bind(fd, address, address.length) >= 0 &&
    start(libc, fd, socket, v6)
  ) {
    return { fd };
  }
  const problem = `socket ${socket.text.trim()}: ${errnoName(libc.errno())}`;
  if (fd >= 0) libc.close(fd);
  return { problem };
}

function setOptions(libc: Libc, fd: number, socket: Socket, v6: boolean): boolean {
  const isRepaired = socket.state === "ESTAB" && socket.proto === "tcp";
  const options: readonly (readonly [level: number, name: number, value: Buffer, wanted: boolean])[] = [
    [SOL_SOCKET, SO_REUSEADDR, intBytes(1), true],
    [v6 ? SOL_IPV6 : SOL_IP, v6 ? IPV6_FREEBIND : IP_FREEBIND, intBytes(1), true],
    // Only a transparent socket may connect from an address that is not this node's.
    [...transparent(v6), intBytes(1), socket.transparent === true || isRepaired],
    [SOL_IPV6, IPV6_V6ONLY, intBytes(socket.v6only === true ? 1 : 0), v6],
    [SOL_SOCKET, SO_MARK, intBytes(socket.mark ?? 0), socket.mark !== null],
    [SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${socket.device ?? ""}\0`), socket.device !== null],
    [IPPROTO_TCP, TCP_REPAIR, intBytes(1), isRepaired],
  ];
  return options.every(
    ([level, name, value, wanted]) => !wanted || libc.setsockopt(fd, level, name, value, value.length) >= 0,
  );
}

function transparent(v6: boolean): readonly [level: number, name: number] {
  return v6 ? [SOL_IPV6, IPV6_TRANSPARENT] : [SOL_IP, IP_TRANSPARENT];
}

function start(libc: Libc, fd: number, socket: Socket, v6: boolean): boolean {
  if (socket.state === "UNCONN") return true;
  if (socket.state === "LISTEN") return libc.listen(fd, 128) >= 0;
  const peer = socketAddress(socket.peerAddress ?? 0, socket.peerPort ?? 0);
  if (libc.connect(fd, peer, peer.length) < 0) return false;
  return socket.transparent === true || libc.setsockopt(fd, ...transparent(v6), intBytes(0), 4) >= 0;
}
