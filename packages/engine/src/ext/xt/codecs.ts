import type { Range } from "../../base/ranges.ts";
import type { Codec } from "./codec.ts";

/** An unsigned number in decimal, hex (`0x…`) or octal (`0…`), as strtoul reads it; undefined when it is none or too large. */
export function parseUnsigned(text: string, max = 0xffff_ffff): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]{1,16}|\d{1,20})$/.test(text)) return undefined;
  const octal = text.length > 1 && text.startsWith("0") && !/^0[xX]/.test(text);
  if (octal && /[89]/.test(text)) return undefined;
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  return value <= max ? value : undefined;
}

/** `80`, `80:90`, `:90`, `80:`; printed with both ends unless they are equal. */
export const portRange: Codec<Range> = {
  words: 1,
  parse(text) {
    const colon = text.indexOf(":");
    const from = colon === 0 ? 0 : parseUnsigned(colon < 0 ? text : text.slice(0, colon), 0xffff);
    const to = colon < 0 ? from : colon === text.length - 1 ? 0xffff : parseUnsigned(text.slice(colon + 1), 0xffff);
    return from === undefined || to === undefined || from > to ? undefined : { from, to };
  },
  print: ({ from, to }) => (from === to ? String(from) : `${String(from)}:${String(to)}`),
};
