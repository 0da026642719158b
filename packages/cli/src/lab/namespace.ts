import { closeSync, openSync } from "node:fs";
import type { Libc } from "./native.ts";
import { checked } from "./native.ts";

const CLONE_NEWNET = 0x4000_0000;
const OWN_NAMESPACE = "/proc/thread-self/ns/net";

/**
 * A network namespace without a name: it lives as long as this holds its file, and everything in it goes with it, even
 * when the process dies. Only the calling thread enters it, and only during `inside`.
 */
export class Namespace {
  readonly #libc: Libc;
  readonly #home: number;
  readonly #own: number;
  #depth = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#home = openSync(OWN_NAMESPACE, "r");
    try {
      checked(libc, "cannot make a network namespace", libc.unshare(CLONE_NEWNET));
      this.#own = openSync(OWN_NAMESPACE, "r");
    } catch (error) {
      closeSync(this.#home);
      throw error;
    }
    this.#leave();
  }

  /** Runs `work` in the namespace: sockets opened, processes started and /proc/sys/net read there belong to it. */
  inside<T>(work: () => T): T {
    if (this.#depth++ === 0)
      checked(this.#libc, "cannot enter the namespace", this.#libc.setns(this.#own, CLONE_NEWNET));
    try {
      return work();
    } finally {
      if (--this.#depth === 0) this.#leave();
    }
  }

  /** What `ip` takes behind `netns`, as long as this is open. */
  get path(): string {
    return `/proc/${String(process.pid)}/fd/${String(this.#own)}`;
  }

  close(): void {
    closeSync(this.#own);
    closeSync(this.#home);
  }

  #leave(): void {
    checked(this.#libc, "cannot leave the namespace", this.#libc.setns(this.#home, CLONE_NEWNET));
  }
}
