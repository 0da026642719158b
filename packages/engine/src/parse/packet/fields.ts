import type { Address } from "../../base/address.ts";
import { parseAddress } from "../../base/address.ts";
import { parseUnsigned } from "../../ext/xt/codecs.ts";
import { FRAGMENT_UNIT } from "../../program/fragment.ts";

/** One option that could not be used, in words for the person who typed it. */
export interface PacketProblem {
  /** Without dashes; in kebab-case, whatever spelling was given. */
  readonly option: string;
  readonly message: string;
}

/** Options as they were given: by name, without dashes, in kebab-case or camelCase. Values are what JSON can hold. */
export type PacketFields = ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>;

/** How one option's text becomes a value. */
export interface Reader<T> {
  /** What the option wants, as the end of the sentence "--x must be …". */
  readonly expects: string;
  /** Undefined: it is not that. */
  read(text: string): T | undefined;
}

/** Takes options one at a time, and remembers which were malformed and which nobody asked for. */
export interface FieldReader {
  has(name: string): boolean;
  /** The option's value, or `otherwise` where it is absent or malformed. */
  take<T, U>(name: string, reader: Reader<T>, otherwise: U): T | U;
  fail(option: string, message: string): void;
  /** All that was wrong; options that were never asked for are unknown ones. */
  finish(): readonly PacketProblem[];
}

export function readFields(fields: PacketFields): FieldReader {
  const problems: PacketProblem[] = [];
  const given = new Map<string, string>();
  for (const [key, value] of isMap(fields) ? fields : Object.entries(fields)) {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      given.set(name, String(value));
    else if (value !== null && value !== undefined)
      problems.push({ option: name, message: `--${name} must be one word or number` });
  }
  const asked = new Set<string>();
  function fail(option: string, message: string): void {
    problems.push({ option, message });
  }
  return {
    has: (name) => given.has(name),
    take(name, reader, otherwise) {
      asked.add(name);
      const text = given.get(name);
      if (text === undefined) return otherwise;
      const value = reader.read(text);
      if (value !== undefined) return value;
      fail(name, `--${name} must be ${reader.expects}, not “${text}”`);
      return otherwise;
    },
    fail,
    finish() {
      for (const name of given.keys()) {
        if (!asked.has(name)) fail(name, `--${name} is no packet option, or none of this protocol`);
      }
      return problems;
    },
  };
}

function isMap(fields: PacketFields): fields is ReadonlyMap<string, unknown> {
  return fields instanceof Map;
}

/** A number in decimal, hex or octal, up to `max`. */
export function unsigned(max: number): Reader<number> {
  return { expects: `a number from 0 to ${String(max)}`, read: (text) => parseUnsigned(text, max) };
}

export const word: Reader<string> = { expects: "a name", read: (text) => (text === "" ? undefined : text) };

/** `--df`, `"df": true`. */
export const flag: Reader<boolean> = {
  expects: "given without a value",
  read: (text) => (text === "" || text === "true" ? true : text === "false" ? false : undefined),
};

export function oneOf<const T extends string>(choices: readonly T[]): Reader<T> {
  return { expects: `one of ${choices.join(", ")}`, read: (text) => choices.find((choice) => choice === text) };
}

/** Pairs of hex digits; blanks and colons between them are skipped. */
export const hexBytes: Reader<Uint8Array> = {
  expects: "bytes in hex",
  read(text) {
    const digits = text.replace(/[\s:]/g, "");
    if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
      Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
    );
  },
};

export const mac: Reader<string> = {
  expects: "a MAC address",
  read: (text) => (/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text) ? text.toLowerCase() : undefined),
};

/** An address, and the port where one was given. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number | null;
}

/** `A`, `A:PORT`, `[v6]`, `[v6]:PORT`. */
export const endpoint: Reader<Endpoint> = {
  expects: "an address, ADDRESS:PORT or [IPV6]:PORT",
  read(text) {
    const whole = parseAddress(text);
    if (whole !== null) return { address: whole, port: null };
    const parts = /^(?:\[([^\]]*)\]|([^[\]:]*))(?::(\d{1,5}))?$/.exec(text);
    const address = parseAddress(parts?.[1] ?? parts?.[2] ?? "");
    const port = parts?.[3] === undefined ? null : Number(parts[3]);
    return address === null || (port !== null && port > 0xffff) ? undefined : { address, port };
  },
};

const TCP_FLAGS: readonly (readonly [letter: string, name: string, bit: number])[] = [
  ["F", "FIN", 1],
  ["S", "SYN", 2],
  ["R", "RST", 4],
  ["P", "PSH", 8],
  ["A", "ACK", 16],
  ["U", "URG", 32],
  ["E", "ECE", 64],
  ["C", "CWR", 128],
];

/** `S`, `SA`, `PA` …, `SYN,ACK`, `none`, or the byte as a number. */
export const tcpFlagByte: Reader<number> = {
  expects: "TCP flags: letters of FSRPAUEC, names such as SYN,ACK, or none",
  read(text) {
    if (text === "none") return 0;
    const byte = parseUnsigned(text, 0xff);
    if (byte !== undefined) return byte;
    const upper = text.toUpperCase();
    const named = upper.length > 2 && TCP_FLAGS.some(([, name]) => upper.includes(name));
    let bits = 0;
    for (const part of named ? upper.split(",") : upper) {
      const known = TCP_FLAGS.find(([letter, name]) => part === letter || part === name);
      if (known === undefined) return undefined;
      bits |= known[2];
    }
    return bits;
  },
};

/** `3`: the last fragment, 24 bytes in. `0+`: the first one. The offset counts 8 bytes. */
export const fragmentAt: Reader<{ readonly offset: number; readonly more: boolean }> = {
  expects: "a fragment offset in units of 8 bytes, with + where more follow",
  read(text) {
    const more = text.endsWith("+");
    const offset = parseUnsigned(more ? text.slice(0, -1) : text, 0x1fff);
    return offset === undefined || (offset === 0 && !more) ? undefined : { offset, more };
  },
};

export interface ByteRange {
  /** A multiple of 8. */
  readonly from: number;
  /** The first byte behind it; null: to the end. */
  readonly to: number | null;
}

/** `0-16`: the first 16 bytes. `16-`: what is behind them. */
export const byteRange: Reader<ByteRange> = {
  expects: "FROM-TO or FROM-, the bytes behind the IP header, FROM a multiple of 8",
  read(text) {
    const [, first, last] = /^(\d+)-(\d*)$/.exec(text) ?? [];
    const from = parseUnsigned(first ?? "", 0xffff);
    const to = last === "" ? null : parseUnsigned(last ?? "", 0xffff);
    return from === undefined || to === undefined || from % FRAGMENT_UNIT !== 0 ? undefined : { from, to };
  },
};
