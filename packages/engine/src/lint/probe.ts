import type { Address } from "../base/address.ts";
import { parseAddress, printAddress } from "../base/address.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import type { Packet } from "../program/packet.ts";
import type { Program } from "../program/program.ts";
import type { Outcome } from "../walk/trace.ts";
import { walkPacket } from "../walk/walk.ts";

/** A packet as `hookwalk trace` takes it, and what becomes of it. */
export interface Probe {
  readonly packet: Packet;
  readonly outcomes: readonly Outcome[];
  /** The options of `hookwalk trace` that show the same. */
  readonly options: string;
}

/** The first packet of a connection. */
export interface ProbeSubject {
  /** Null: made on this node. */
  readonly iif: string | null;
  readonly src: Address;
  readonly dst: Address;
  readonly proto: "tcp" | "icmp";
  /** Of tcp. */
  readonly dport?: number;
}

/** Walks it. Null: it cannot be (an address of another family). */
export function probe(program: Program, { iif, src, dst, proto, dport }: ProbeSubject): Probe | null {
  const fields = new Map<string, string | true>([
    iif === null ? ["local", true] : ["iif", iif],
    ["src", printAddress(src)],
    ["dst", printAddress(dst)],
    ["proto", proto],
    ...(dport === undefined ? [] : [["dport", String(dport)] as const]),
  ]);
  const { value } = parsePacketOptions(fields);
  if (value === null) return null;
  return {
    packet: value.packet,
    outcomes: walkPacket(program, value.packet, value.arrival).outcomes,
    options: [...fields].map(([name, text]) => (text === true ? `--${name}` : `--${name} ${text}`)).join(" "),
  };
}

/** Addresses for documentation (RFC 5737, RFC 3849): nobody has them. */
const OUTSIDE = ["198.51.100.1", "203.0.113.1", "192.0.2.1", "2001:db8::1"].flatMap((text) => parseAddress(text) ?? []);

/** An address that no route but a default one leads to; null: some route leads to each of those that are tried. */
export function outsideAddress(program: Program, family: "ip" | "ip6"): Address | null {
  const tables = [...program.families[family].fib.tables.values()];
  const isOutside = (address: Address): boolean =>
    tables.every((table) => table.lookup(address).every(({ length }) => length <= 1));
  return OUTSIDE.find((address) => (typeof address === "number") === (family === "ip") && isOutside(address)) ?? null;
}
