import type { Arrival, Packet } from "@hookwalk/engine";
import { addressBytes } from "@hookwalk/engine";
import type { Libc } from "./native.ts";
import { AF, checked, intBytes, SOCK } from "./native.ts";

const SOL_SOCKET = 1;
const SO_MARK = 36;
const SOL_IP = 0;
const IP_TRANSPARENT = 19;
const SOL_IPV6 = 41;
const IPV6_TRANSPARENT = 75;
const IPPROTO_RAW = 255;

/**
 * Sends packets as this node's own: through OUTPUT, whole as they are. One raw socket for each family and owner, bound to
 * the packet's source address so that policy rules see it.
 */
export class LocalSender {
  readonly #libc: Libc;
  readonly #sockets = new Map<string, number>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /**
   * In the namespace. False where the kernel refused: no route, or a rule dropped it. Ports and protocol are unknown to
   * the route lookup, as for every raw socket.
   */
  send(packet: Packet, arrival: Arrival, bytes: Uint8Array): boolean {
    const fd = this.#socketFor(packet, arrival);
    this.#libc.setsockopt(fd, SOL_SOCKET, SO_MARK, intBytes(arrival.mark), 4);
    const from = socketAddress(packet.src, 0);
    checked(this.#libc, "cannot send from this address", this.#libc.bind(fd, from, from.length));
    const to = socketAddress(packet.dst, 0);
    return this.#libc.sendto(fd, bytes, bytes.length, 0, to, to.length) >= 0;
  }

  close(): void {
    for (const fd of this.#sockets.values()) this.#libc.close(fd);
    this.#sockets.clear();
  }

  #socketFor(packet: Packet, { uid, gid }: Arrival): number {
    const key = `${packet.family} ${String(uid)} ${String(gid)}`;
    const existing = this.#sockets.get(key);
    if (existing !== undefined) return existing;
    const fd = this.#open(packet.family === "ip6", uid ?? 0, gid ?? 0);
    this.#sockets.set(key, fd);
    return fd;
  }

  /** A file belongs to the filesystem ids of the thread that opens it: xt_owner.c reads them from `sk_socket->file`. */
  #open(v6: boolean, uid: number, gid: number): number {
    const libc = this.#libc;
    libc.setfsgid(gid);
    libc.setfsuid(uid);
    try {
      const fd = checked(
        libc,
        "cannot open a raw socket",
        libc.socket(v6 ? AF.inet6 : AF.inet, SOCK.raw | SOCK.cloexec, IPPROTO_RAW),
      );
      const [level, option] = v6 ? [SOL_IPV6, IPV6_TRANSPARENT] : [SOL_IP, IP_TRANSPARENT];
      checked(libc, "cannot send from any address", libc.setsockopt(fd, level, option, intBytes(1), 4));
      return fd;
    } finally {
      libc.setfsuid(0);
      libc.setfsgid(0);
    }
  }
}

/** `sockaddr_in` or `sockaddr_in6`. */
export function socketAddress(address: Packet["src"], port: number): Buffer {
  const v6 = typeof address === "bigint";
  const bytes = Buffer.alloc(v6 ? 28 : 16);
  bytes.writeUInt16LE(v6 ? AF.inet6 : AF.inet, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(addressBytes(address), v6 ? 8 : 4);
  return bytes;
}
