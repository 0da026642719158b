import type { Libc } from "./native.ts";
import { AF, checked, EAGAIN, errnoName, intBytes, labError, MSG_DONTWAIT, POLLFD, POLLIN, SOCK } from "./native.ts";

/** One netlink message: header of 16 bytes, then what its type says (include/uapi/linux/netlink.h). */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** After the header. */
  readonly body: Buffer;
}

const NETLINK_NETFILTER = 12;
export const NLM_F = { request: 1, multi: 2, ack: 4, dump: 0x300 } as const;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER = 16;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;

function align(length: number): number {
  return (length + 3) & ~3;
}

/** An attribute: length, type, payload, padding. Bit 15 of the type marks nesting. */
export function attribute(type: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(align(4 + payload.length));
  bytes.writeUInt16LE(4 + payload.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

export function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(type | 0x8000, Buffer.concat(attributes));
}

/** The attributes of a message body from `start` on, by type; of two with one type the last. */
export function readAttributes(bytes: Buffer, start = 0): ReadonlyMap<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  let at = start;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += align(length);
  }
  return attributes;
}

/** A zero-terminated string. */
export function readString(bytes: Buffer | undefined): string {
  if (bytes === undefined) return "";
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end < 0 ? bytes.length : end);
}

/** The 4 bytes that netfilter puts before its attributes: family, version, resource id. */
export function nfgenmsg(family: number, resource = 0): Buffer {
  const bytes = Buffer.from([family, 0, 0, 0]);
  bytes.writeUInt16BE(resource, 2);
  return bytes;
}

/** A netfilter netlink socket in the namespace that the calling thread was in when it was made. */
export class NetlinkSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #buffer: Buffer;
  #sequence = 0;

  constructor(libc: Libc, receiveBytes: number = 1 << 20) {
    this.#libc = libc;
    this.#fd = checked(
      libc,
      "cannot open a netlink socket",
      libc.socket(AF.netlink, SOCK.raw | SOCK.cloexec, NETLINK_NETFILTER),
    );
    const address = Buffer.alloc(12);
    address.writeUInt16LE(AF.netlink);
    checked(libc, "cannot bind a netlink socket", libc.bind(this.#fd, address, address.length));
    libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, intBytes(receiveBytes), 4);
    this.#buffer = Buffer.alloc(1 << 17);
  }

  join(group: number): void {
    checked(
      this.#libc,
      `cannot join netlink group ${String(group)}`,
      this.#libc.setsockopt(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, intBytes(group), 4),
    );
  }

  /** Sends one request; the kernel has handled it when this returns. */
  send(type: number, flags: number, ...body: readonly Buffer[]): void {
    const payload = Buffer.concat(body);
    const message = Buffer.alloc(HEADER + payload.length);
    message.writeUInt32LE(message.length, 0);
    message.writeUInt16LE(type, 4);
    message.writeUInt16LE(flags | NLM_F.request, 6);
    message.writeUInt32LE(++this.#sequence, 8);
    message.set(payload, HEADER);
    const kernel = Buffer.alloc(12);
    kernel.writeUInt16LE(AF.netlink);
    checked(
      this.#libc,
      "cannot send on netlink",
      this.#libc.sendto(this.#fd, message, message.length, 0, kernel, kernel.length),
    );
  }

  /** Sends a request and gives the kernel's answers; null where it refuses with one of the errors in `absent`. */
  ask(
    type: number,
    flags: number,
    body: readonly Buffer[],
    absent: readonly number[] = [],
  ): readonly NetlinkMessage[] | null {
    this.send(type, flags | ((flags & NLM_F.dump) === NLM_F.dump ? 0 : NLM_F.ack), ...body);
    const answers: NetlinkMessage[] = [];
    for (;;) {
      for (const message of this.#receive(0)) {
        if (message.type === NLMSG_DONE) return answers;
        if (message.type !== NLMSG_ERROR) {
          answers.push(message);
          continue;
        }
        const error = -message.body.readInt32LE(0);
        if (error === 0) return answers;
        if (absent.includes(error)) return null;
        throw labError(`netlink request ${String(type)}: ${errnoName(error)}`);
      }
    }
  }

  /** Everything that waits, without waiting. */
  drain(): readonly NetlinkMessage[] {
    const all: NetlinkMessage[] = [];
    for (;;) {
      const some = this.#receive(MSG_DONTWAIT);
      if (some.length === 0) return all;
      for (const message of some) all.push(message);
    }
  }

  /** Until something can be read, at most. */
  wait(timeoutMs: number): void {
    const pollFd = Buffer.alloc(POLLFD);
    pollFd.writeInt32LE(this.#fd, 0);
    pollFd.writeInt16LE(POLLIN, 4);
    this.#libc.poll(pollFd, 1, timeoutMs);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }

  #receive(flags: number): readonly NetlinkMessage[] {
    const length = this.#libc.recv(this.#fd, this.#buffer, this.#buffer.length, flags);
    if (length < 0 && (flags === 0 || this.#libc.errno() !== EAGAIN))
      checked(this.#libc, "cannot read from netlink", length);
    const messages: NetlinkMessage[] = [];
    let at = 0;
    while (at + HEADER <= length) {
      const size = this.#buffer.readUInt32LE(at);
      if (size < HEADER) break;
      messages.push({
        type: this.#buffer.readUInt16LE(at + 4),
        flags: this.#buffer.readUInt16LE(at + 6),
        body: Buffer.from(this.#buffer.subarray(at + HEADER, at + size)),
      });
      at += align(size);
    }
    return messages;
  }
}
