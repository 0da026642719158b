import type { ConntrackEntry, Socket, Sysctl } from "../../model/host.ts";

/** As `conntrack -L` printed these flows: its columns depend on its options, so the lines themselves are kept. */
export function printConntrack(entries: readonly ConntrackEntry[]): string {
  return entries.map(({ text }) => `${text}\n`).join("");
}

/** As `ss` printed these sockets: its column widths depend on the whole listing, so the lines themselves are kept. */
export function printSs(sockets: readonly Socket[]): string {
  return sockets.map(({ header, text }) => `${header === undefined ? "" : `${header}\n`}${text}\n`).join("");
}

/** As `sysctl -a` prints these. */
export function printSysctl(sysctls: readonly Sysctl[]): string {
  return sysctls.map(({ name, value }) => `${name} = ${value}\n`).join("");
}
