import type { Range } from "../../base/ranges.ts";
import type { Codec } from "./codec.ts";
import { services } from "./services.ts";

const ZERO = 48;
const NINE = 57;
const MAX_DIGITS = 20;

/** An unsigned number in decimal, hex (`0x…`) or octal (`0…`), as strtoul reads it; undefined when it is none or too large. */
export function parseUnsigned(text: string, max = 0xffff_ffff): number | undefined {
  if (text.length === 0 || text.length > MAX_DIGITS) return undefined;
  if (text.charCodeAt(0) === ZERO && text.length > 1) return parsePrefixed(text, max);
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < ZERO || c > NINE) return undefined;
    value = value * 10 + c - ZERO;
  }
  return value <= max ? value : undefined;
}

function parsePrefixed(text: string, max: number): number | undefined {
  const isHex = /^0[xX][0-9a-fA-F]{1,16}$/.test(text);
  if (!isHex && !/^0[0-7]+$/.test(text)) return undefined;
  const value = Number.parseInt(text, isHex ? 16 : 8);
  return value <= max ? value : undefined;
}

/** An unsigned 64-bit number, in the same spellings. */
export function parseUnsigned64(text: string): bigint | undefined {
  if (parseUnsigned(text, Number.MAX_VALUE) === undefined) return undefined;
  const isOctal = /^0\d/.test(text);
  const value = BigInt(isOctal ? `0o${text}` : text);
  return value < 1n << 64n ? value : undefined;
}

interface RangeForm {
  readonly max: number;
  /** Words that stand for numbers, in lower case. */
  readonly names?: ReadonlyMap<string, number>;
  /** The tool refuses `9:5`; others load it, and then it matches nothing. */
  readonly ordered?: boolean;
}

/** `80`, `80:90`, `:90`, `80:`; printed with both ends unless they are equal. */
export function rangeUpTo({ max, names, ordered = false }: RangeForm): Codec<Range> {
  const end = (text: string): number | undefined => parseUnsigned(text, max) ?? names?.get(text.toLowerCase());
  return {
    words: 1,
    parse(text) {
      const colon = text.indexOf(":");
      const from = colon === 0 ? 0 : end(colon < 0 ? text : text.slice(0, colon));
      const to = colon < 0 ? from : colon === text.length - 1 ? max : end(text.slice(colon + 1));
      if (from === undefined || to === undefined || text === ":") return undefined;
      return ordered && from > to ? undefined : { from, to };
    },
    print: printRange,
  };
}

function printRange({ from, to }: Range): string {
  return from === to ? String(from) : `${String(from)}:${String(to)}`;
}

/** The ports of tcp and sctp: the tool refuses a range that runs backwards. */
export const portRange: Codec<Range> = rangeUpTo({ max: 0xffff, names: services, ordered: true });
/** The ports of udp, dccp and conntrack: it does not. */
export const anyPortRange: Codec<Range> = rangeUpTo({ max: 0xffff, names: services });
/** A security parameter index, an identification: 32 bits. */
export const wideRange: Codec<Range> = rangeUpTo({ max: 0xffff_ffff });

export const ALL_PORTS: Range = { from: 0, to: 0xffff };
export const ALL_WIDE: Range = { from: 0, to: 0xffff_ffff };

const MAX_PORTS = 15; // XT_MULTI_PORTS, include/uapi/linux/netfilter/xt_multiport.h

/** `80,443,1000:2000`: at most 15 numbers, a range being two; printed in the order given. */
export const portList: Codec<readonly Range[]> = {
  words: 1,
  parse(text) {
    const ranges: Range[] = [];
    let numbers = 0;
    for (const part of text.split(",", MAX_PORTS + 1)) {
      const range = part.startsWith(":") || part.endsWith(":") ? undefined : portRange.parse(part, "");
      if (range === undefined || (part.includes(":") && range.from === range.to)) return undefined;
      numbers += part.includes(":") ? 2 : 1;
      ranges.push(range);
    }
    return numbers <= MAX_PORTS ? ranges : undefined;
  },
  print: (ranges) => ranges.map(printRange).join(","),
};

const TCP_FLAGS: ReadonlyMap<string, number> = new Map([
  ["fin", 0x01],
  ["syn", 0x02],
  ["rst", 0x04],
  ["psh", 0x08],
  ["ack", 0x10],
  ["urg", 0x20],
  ["all", 0x3f],
  ["none", 0],
]);
const TCP_FLAG_NAMES = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

/** `(flags & mask) === set`. */
export interface TcpFlags {
  readonly mask: number;
  readonly set: number;
}

/** `SYN,ACK SYN`: the flags to look at, and those of them that must be set. */
export const tcpFlags: Codec<TcpFlags> = {
  words: 2,
  parse(first, second) {
    const mask = flagBits(first);
    const set = flagBits(second);
    return mask === undefined || set === undefined ? undefined : { mask, set };
  },
  print: ({ mask, set }) => `${flagNames(mask)} ${flagNames(set)}`,
};

/** `--syn`: the first packet of a connection. */
export const SYN_ONLY: TcpFlags = { mask: 0x17, set: 0x02 };

function flagBits(text: string): number | undefined {
  let bits = 0;
  for (const name of text.split(",")) {
    const bit = TCP_FLAGS.get(name.toLowerCase());
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  return bits;
}

function flagNames(bits: number): string {
  const names = TCP_FLAG_NAMES.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return names.length === 0 ? "NONE" : names.join(",");
}
