import type { Libc } from "./native.ts";
import { AF_PACKET, checked, SOCK } from "./native.ts";

/** Sends frames out of a device whose other end is in the same namespace: a veth pair, or lo. */
export class WireSocket {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #address: Buffer;

  /** `index`: of the device to send out of. In the namespace. */
  constructor(libc: Libc, index: number) {
    this.#libc = libc;
    this.#fd = checked(libc, "cannot open a packet socket", libc.socket(AF_PACKET, SOCK.raw | SOCK.cloexec, 0));
    this.#address = Buffer.alloc(20);
    this.#address.writeUInt16LE(AF_PACKET, 0);
    this.#address.writeInt32LE(index, 4);
  }

  send(frame: Uint8Array): void {
    checked(
      this.#libc,
      "cannot send a frame",
      this.#libc.sendto(this.#fd, frame, frame.length, 0, this.#address, this.#address.length),
    );
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
