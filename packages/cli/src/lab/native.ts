import { EXIT, HookwalkError } from "../errors.ts";

/** The few system calls that Node has no function for. Each returns what the C function returns: −1 is a failure. */
export interface Libc {
  unshare(flags: number): number;
  setns(fd: number, type: number): number;
  ioctl(fd: number, request: number, argument: Buffer): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  sendto(
    fd: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number;
  recv(fd: number, into: Buffer, length: number, flags: number): number;
  poll(fds: Buffer, count: number, timeoutMs: number): number;
  /** Set the id that the owner of a new file is taken from, for this thread. */
  setfsuid(uid: number): number;
  setfsgid(gid: number): number;
  close(fd: number): number;
  errno(): number;
}

const SIGNATURES: Readonly<Record<Exclude<keyof Libc, "errno">, string>> = {
  unshare: "int unshare(int)",
  setns: "int setns(int, int)",
  ioctl: "int ioctl(int, unsigned long, void *)",
  socket: "int socket(int, int, int)",
  bind: "int bind(int, void *, unsigned int)",
  connect: "int connect(int, void *, unsigned int)",
  listen: "int listen(int, int)",
  setsockopt: "int setsockopt(int, int, int, void *, unsigned int)",
  sendto: "long sendto(int, void *, size_t, int, void *, unsigned int)",
  recv: "long recv(int, void *, size_t, int)",
  poll: "int poll(void *, unsigned long, int)",
  setfsuid: "int setfsuid(unsigned int)",
  setfsgid: "int setfsgid(unsigned int)",
  close: "int close(int)",
};

let loaded: Libc | null = null;

/** Loads koffi and binds the calls above; once a process. */
export async function loadLibc(): Promise<Libc> {
  if (loaded !== null) return loaded;
  if (process.platform !== "linux") throw labError("the lab needs Linux", "Run it on a Linux machine, as root.");
  const koffi = await import("koffi").catch((error: unknown) => {
    throw labError(`koffi could not be loaded: ${String(error)}`, "npm install koffi@3.3.4 beside hookwalk.");
  });
  const library = koffi.load(null);
  const functions = Object.entries(SIGNATURES).map(([name, signature]) => [name, library.func(signature)]);
  // The record of C functions has the shape of Libc because SIGNATURES names each of its members.
  loaded = { ...Object.fromEntries(functions), errno: () => koffi.errno() } as Libc;
  return loaded;
}

/** The lab cannot be built or used here. */
export function labError(message: string, hint: string | null = null): HookwalkError {
  return new HookwalkError("environment", EXIT.environment, message, hint);
}

/** A call that must succeed. */
export function checked(libc: Libc, what: string, result: number): number {
  if (result < 0)
    throw labError(`${what}: ${errnoName(libc.errno())}`, "The lab needs root (CAP_NET_ADMIN, CAP_SYS_ADMIN).");
  return result;
}

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "EPERM"],
  [2, "ENOENT"],
  [11, "EAGAIN"],
  [13, "EACCES"],
  [16, "EBUSY"],
  [19, "ENODEV"],
  [22, "EINVAL"],
  [90, "EMSGSIZE"],
  [98, "EADDRINUSE"],
  [99, "EADDRNOTAVAIL"],
  [100, "ENETDOWN"],
  [101, "ENETUNREACH"],
  [105, "ENOBUFS"],
  [113, "EHOSTUNREACH"],
]);

/** `EPERM` for 1; `errno 7` for one that has no name here. */
export function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno ${String(errno)}`;
}

/** Numbers of include/uapi that the lab uses. */
export const AF = { inet: 2, inet6: 10, netlink: 16 } as const;
export const AF_PACKET = 17;
export const SOCK = { stream: 1, dgram: 2, raw: 3, nonblock: 0o4000, cloexec: 0o2000000 } as const;
export const EAGAIN = 11;
export const MSG_DONTWAIT = 0x40;
export const POLLIN = 1;
/** Bytes of a `struct pollfd`. */
export const POLLFD = 8;

/** An int as setsockopt and ioctl take it. */
export function intBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  return bytes;
}
