import type { Address, Family } from "../../base/address.ts";
import { familyOf, parseAddress, printAddress } from "../../base/address.ts";
import { quote } from "../../base/quote.ts";
import type { Direction } from "../../program/test.ts";
import { parseUnsigned } from "./codecs.ts";
import type { Codec } from "./codec.ts";

/** An option without a value. */
export const flag: Codec<true> = { words: 0, parse: () => true, print: () => "" };

/** A number from `min` to `max`, printed in decimal. */
export function integer(max: number, min = 0): Codec<number> {
  return {
    words: 1,
    parse: (text) => atLeast(min, parseUnsigned(text, max)),
    print: String,
  };
}

/** A number up to `max`, printed in hex with at least so many digits: `0x0a`. */
export function hexInteger(max: number, digits: number): Codec<number> {
  return { words: 1, parse: (text) => parseUnsigned(text, max), print: (value) => hex(value, digits) };
}

function atLeast(min: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= min ? value : undefined;
}

export function hex(value: number, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** A word that iptables-save prints as it is, even where a blank in it would need quotes. Cut after `maxBytes`. */
export function bareText(maxBytes: number): Codec<string> {
  return { words: 1, parse: (text) => (text === "" ? undefined : cutBytes(text, maxBytes)), print: (text) => text };
}

/** A string that iptables-save quotes where it must. Cut after `maxBytes`, the size of the kernel's field. */
export function quotedText(maxBytes: number): Codec<string> {
  return { ...bareText(maxBytes), print: quote };
}

/** The longest start of a text that takes no more than so many bytes of UTF-8. */
function cutBytes(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
    if (bytes > maxBytes) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** One of a few words, in any case; printed as listed. */
export function wordOf<const T extends string>(words: readonly T[]): Codec<T> {
  return {
    words: 1,
    parse: (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()),
    print: (word) => word,
  };
}

/** A value that also has names. It is printed without them. */
export function named<T>(names: ReadonlyMap<string, T>, codec: Codec<T>): Codec<T> {
  return { ...codec, parse: (text) => names.get(text) ?? codec.parse(text, "") };
}

/** An address of one family. */
export function addressOf(family: Family): Codec<Address> {
  return {
    words: 1,
    parse(text) {
      const address = parseAddress(text);
      return address === null || familyOf(address) !== family ? undefined : address;
    },
    print: printAddress,
  };
}

/** `V` or `V/M`; without a mask, all bits up to `max`. Printed in hex with at least so many digits each. */
export function valueMask(max = 0xffff_ffff, digits = 1): Codec<ValueMask> {
  return {
    words: 1,
    parse(text) {
      const slash = text.indexOf("/");
      const value = parseUnsigned(slash < 0 ? text : text.slice(0, slash), max);
      const mask = slash < 0 ? max : parseUnsigned(text.slice(slash + 1), max);
      return value === undefined || mask === undefined ? undefined : { value, mask };
    },
    print: ({ value, mask }) => `${hex(value, digits)}/${hex(mask, digits)}`,
  };
}

/** `x = (x & ~mask) ^ value`: what every mark-like target comes down to. */
export interface ValueMask {
  readonly value: number;
  readonly mask: number;
}

/** `NAME src,dst`: a set and the packet's side for each of its dimensions. */
export const setReference: Codec<SetReference> = {
  words: 2,
  parse(set, sides) {
    const directions: Direction[] = [];
    for (const side of sides.split(",", MAX_DIRECTIONS + 1)) {
      if (side !== "src" && side !== "dst") return undefined;
      directions.push(side);
    }
    return set === "" || directions.length > MAX_DIRECTIONS ? undefined : { set, directions };
  },
  print: ({ set, directions }) => `${set} ${directions.join(",")}`,
};

const MAX_DIRECTIONS = 6; // IPSET_DIM_MAX, include/uapi/linux/netfilter/ipset/ip_set.h

export interface SetReference {
  readonly set: string;
  readonly directions: readonly Direction[];
}
