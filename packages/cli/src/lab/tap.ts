import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Libc } from "./native.ts";
import { checked, intBytes, labError, POLLFD, POLLIN } from "./native.ts";

const TUNSETIFF = 0x4004_54ca;
const TUNSETPERSIST = 0x4004_54cb;
const TUNSETCARRIER = 0x4004_54e2;
const IFF_TAP = 2;
const IFF_NO_PI = 0x1000;
const IFREQ = 40;
const O_RDWR_NONBLOCK = 0o4002;

/** One end of a virtual wire: what is written here enters the device of that name, what leaves it can be read. */
export interface Tap {
  readonly name: string;
  readonly fd: number;
}

/** Makes a TAP device in the namespace of the calling thread. It disappears when closed. */
export function openTap(libc: Libc, name: string): Tap {
  const fd = openTun();
  const request = Buffer.alloc(IFREQ);
  request.write(name, 0, 15, "latin1");
  request.writeUInt16LE(IFF_TAP | IFF_NO_PI, 16);
  checked(libc, `cannot make the device ${name}`, libc.ioctl(fd, TUNSETIFF, request));
  return { name, fd };
}

function openTun(): number {
  try {
    return openSync("/dev/net/tun", O_RDWR_NONBLOCK);
  } catch (error) {
    throw labError(
      `cannot open /dev/net/tun: ${String(error)}`,
      "The lab needs the tun module (modprobe tun) and root.",
    );
  }
}

/** Pulls the plug: the device has no carrier from now on. Before it is set up, so that its routes know from the start. */
export function cutCarrier(libc: Libc, tap: Tap): void {
  checked(libc, `cannot take the carrier from ${tap.name}`, libc.ioctl(tap.fd, TUNSETCARRIER, intBytes(0)));
}

/** The whole receive path has run when this returns (drivers/net/tun.c tun_get_user, netif_receive_skb). */
export function writeFrame(tap: Tap, frame: Uint8Array): void {
  writeSync(tap.fd, frame);
}

/**
 * Closes this end. The device is left to the end of its namespace, which takes all of them at once and makes nobody wait;
 * a device that goes with its file is waited for.
 */
export function closeTap(libc: Libc, tap: Tap): void {
  libc.ioctl(tap.fd, TUNSETPERSIST, Buffer.of(1));
  closeSync(tap.fd);
}

/** A frame that left by a device. */
export interface Frame {
  readonly device: string;
  /** From the Ethernet header on. */
  readonly bytes: Buffer;
}

/** Reads what left by many devices at once. */
export class TapReader {
  readonly #libc: Libc;
  readonly #taps: readonly Tap[];
  readonly #pollFds: Buffer;
  readonly #buffer = Buffer.alloc(65_600);

  constructor(libc: Libc, taps: readonly Tap[]) {
    this.#libc = libc;
    this.#taps = taps;
    this.#pollFds = Buffer.alloc(taps.length * POLLFD);
    for (const [at, tap] of taps.entries()) {
      this.#pollFds.writeInt32LE(tap.fd, at * POLLFD);
      this.#pollFds.writeInt16LE(POLLIN, at * POLLFD + 4);
    }
  }

  /** All frames that left since the last call, each device's in order. */
  read(): readonly Frame[] {
    const frames: Frame[] = [];
    while (this.#taps.length > 0 && this.#libc.poll(this.#pollFds, this.#taps.length, 0) > 0) {
      for (const [at, tap] of this.#taps.entries()) {
        if ((this.#pollFds.readInt16LE(at * POLLFD + 6) & POLLIN) === 0) continue;
        const length = readSync(tap.fd, this.#buffer);
        frames.push({ device: tap.name, bytes: Buffer.from(this.#buffer.subarray(0, length)) });
      }
    }
    return frames;
  }
}
