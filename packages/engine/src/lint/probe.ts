import type { Address } from "../base/address.ts";
import { parseAddress, printAddress } from "../base/address.ts";
import { parsePacketOptions } from "../parse/packet/packet.ts";
import type { Program } from "../program/program.ts";
import type { Outcome } from "../walk/trace.ts";
import { walkPacket } from "../walk/walk.ts";
import type { Shown } from "./finding.ts";

/** A packet as `hookwalk trace` takes it, and what becomes of it. */
export interface Probe extends Shown {
  readonly outcomes: readonly Outcome[];
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
  const options = {
    ...(iif === null ? { local: true } : { iif }),
    src: printAddress(src),
    dst: printAddress(dst),
    proto,
    ...(dport === undefined ? {} : { dport }),
  };
  const { value } = parsePacketOptions(options);
  if (value === null) return null;
  const { outcomes } = walkPacket(program, value.packet, value.arrival);
  return { packet: value.packet, options, outcomes, conditions: [] };
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
