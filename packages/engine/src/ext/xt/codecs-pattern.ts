import { utf8Bytes } from "../../base/utf8.ts";
import type { Codec } from "./codec.ts";

const MAX_BYTES = 128; // XT_STRING_MAX_PATTERN_SIZE
const BACKSLASH = 0x5c;

/** Bytes written as text: printed in quotes, with `"` and `\` escaped. */
export const plainPattern: Codec<Uint8Array> = {
  words: 1,
  parse: (text) => checked(utf8Bytes(text)),
  print: (bytes) => `"${String.fromCharCode(...bytes).replace(/["\\]/g, "\\$&")}"`,
};

/** What a hex pattern is made of: bytes in hex between bars, an escaped character, plain text. */
const PARTS = /\|([0-9a-fA-F ]*)\||\\(.)|([^|\\]+)/gsu;

/** Bytes of which those between two `|` are written in hex, blanks allowed; `\|` is the bar itself. */
export const hexPattern: Codec<Uint8Array> = {
  words: 1,
  parse(text) {
    const bytes: number[] = [];
    let read = 0;
    for (const [part, hex, escaped, plain] of text.matchAll(PARTS)) {
      const some = hex === undefined ? utf8Bytes(escaped ?? plain ?? "") : hexBytes(hex);
      if (some === null || bytes.length + some.length > MAX_BYTES) return undefined;
      for (const byte of some) bytes.push(byte);
      read += part.length;
    }
    return read === text.length ? checked(Uint8Array.from(bytes)) : undefined;
  },
  print: (bytes) => `"|${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}|"`,
};

function checked(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length > 0 && bytes.length <= MAX_BYTES ? bytes : undefined;
}

function hexBytes(text: string): readonly number[] | null {
  const digits = text.replaceAll(" ", "");
  if (digits.length === 0 || digits.length % 2 === 1) return null;
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** Would the tool print these bytes as text? Not where one is no ASCII character, nor where the last is a backslash. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.at(-1) !== BACKSLASH && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
