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

/** Bytes of which those between two `|` are written in hex, blanks allowed; `\|` is the bar itself. */
export const hexPattern: Codec<Uint8Array> = {
  words: 1,
  parse(text) {
    const bytes: number[] = [];
    let plain = "";
    for (let at = 0; at < text.length; at++) {
      const c = text.charAt(at);
      if (c === "|") {
        const end = text.indexOf("|", at + 1);
        const inside = end < 0 ? null : hexBytes(text.slice(at + 1, end));
        if (inside === null) return undefined;
        bytes.push(...utf8Bytes(plain), ...inside);
        plain = "";
        at = end;
      } else if (c === "\\") plain += text.charAt(++at);
      else plain += c;
      if (bytes.length + plain.length > MAX_BYTES) return undefined;
    }
    return checked(Uint8Array.from([...bytes, ...utf8Bytes(plain)]));
  },
  print: (bytes) => `"|${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}|"`,
};

function checked(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length > 0 && bytes.length <= MAX_BYTES ? bytes : undefined;
}

function hexBytes(text: string): readonly number[] | null {
  const digits = text.replace(/ /g, "");
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(digits) || digits.length > 2 * MAX_BYTES) return null;
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** Would the tool print these bytes as text? Not where one is no ASCII character, nor where the last is a backslash. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.at(-1) !== BACKSLASH && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
