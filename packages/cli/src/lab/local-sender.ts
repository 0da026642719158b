import type { Arrival, Family, Packet } from "@hookwalk/engine";
import { addressBytes } from "@hookwalk/engine";
import type { Libc } from "./native.ts";
import { AF, checked, intBytes, SOCK } from "./native.ts";

const AF_OF: Readonly<Record<Family, number>> = { ip: AF.inet, ip6: AF.inet6 };
const SOL_SOCKET = 1;
const SO_BROADCAST = 6;
const SO_MARK = 36;
/** Socket options by family: level, then names. */
const OPTIONS = {
  ip: { level: 0, headerIncluded: 3, transparent: 19, tos: 1 },
  ip6: { level: 41, headerIncluded: 36, transparent: 75, tos: 67 },
} as const;

/**
 * Sends packets as this node's own: through OUTPUT, whole as they are. One raw socket for each family, protocol and owner,
 * bound to the packet's source address, so that policy rules see these.
 */
export class LocalSender {
  readonly #libc: Libc;
  readonly #sockets = new Map<string, number>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /**
   * In the namespace. False where the kernel refused: no route, or a rule dropped it. The route lookup does not know the
   * packet's ports, as for every raw socket.
   */
  send(packet: Packet, arrival: Arrival, bytes: Uint8Array): boolean {
    const fd = this.#socketFor(packet, arrival);
    const { level, tos } = OPTIONS[packet.family];
    this.#libc.setsockopt(fd, SOL_SOCKET, SO_MARK, intBytes(arrival.mark), 4);
    this.#libc.setsockopt(fd, level, tos, intBytes(packet.tos), 4);
    const from = socketAddress(packet.src, 0);
    checked(this.#libc, "cannot send from this address", this.#libc.bind(fd, from, from.length));
    const to = socketAddress(packet.dst, 0);
    return this.#libc.sendto(fd, bytes, bytes.length, 0, to, to.length) >= 0;
  }

  close(): void {
    for (const fd of this.#sockets.values()) this.#libc.close(fd);
    this.#sockets.clear();
  }

  #socketFor({ family, proto }: Packet, { uid, gid }: Arrival): number {
    const key = [family, proto, uid, gid].join(" ");
    const existing = this.#sockets.get(key);
    if (existing !== undefined) return existing;
    const fd = this.#open(family, proto, uid ?? 0, gid ?? 0);
    this.#sockets.set(key, fd);
    return fd;
  }

  /** A file belongs to the filesystem ids of the thread that opens it: xt_owner.c reads them from `sk_socket->file`. */
  #open(family: Family, proto: number, uid: number, gid: number): number {
    const libc = this.#libc;
    const { level, headerIncluded, transparent } = OPTIONS[family];
    libc.setfsgid(gid);
    libc.setfsuid(uid);
    try {
      const fd = checked(libc, "cannot open a raw socket", libc.socket(AF_OF[family], SOCK.raw | SOCK.cloexec, proto));
      const options = [
        [level, headerIncluded],
        [level, transparent],
        [SOL_SOCKET, SO_BROADCAST],
      ] as const;
      for (const [where, option] of options)
        checked(libc, "cannot send packets as they are", libc.setsockopt(fd, where, option, intBytes(1), 4));
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
