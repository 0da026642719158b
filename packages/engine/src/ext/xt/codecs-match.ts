import type { Address, AddressMask, Family } from "../../base/address.ts";
import {
  allOnes,
  bitsOf,
  familyOf,
  lengthOfMask,
  maskAddress,
  parseAddress,
  printAddress,
} from "../../base/address.ts";
import { parseAddressMask } from "../../base/address.ts";
import { quote } from "../../base/quote.ts";
import type { Codec } from "./codec.ts";
import { parseUnsigned64 } from "./codecs.ts";
import { hex, integer, quotedText, valueMask } from "./codecs-target.ts";
import type { ValueMask } from "./codecs-target.ts";

const ALL_BITS = 0xffff_ffff;

/** `0x5` or `0x4/0xf`: the mask is printed where it is not all bits. */
export const markValue: Codec<ValueMask> = {
  ...valueMask(),
  print: ({ value, mask }) => (mask === ALL_BITS ? hex(value) : `${hex(value)}/${hex(mask)}`),
};

/** A value with mask, or a name that a file of the node gives it (`/etc/iproute2/group`); the file is not in a snapshot. */
export type NamedMark = ValueMask | { readonly name: string };

/** As `markValue`; any other word is a name, kept as it is. */
export const namedMark: Codec<NamedMark> = {
  words: 1,
  parse: (text) => markValue.parse(text, "") ?? (/^[A-Za-z][\w.-]*$/.test(text) ? { name: text } : undefined),
  print: (mark) => ("name" in mark ? mark.name : markValue.print(mark)),
};

/** A number of up to 64 bits. */
export const wideNumber: Codec<bigint> = { words: 1, parse: parseUnsigned64, print: String };

/** A comment or another text that may be empty; quoted where it is not one plain word. */
export const anyText: Codec<string> = { words: 1, parse: (text) => text, print: quote };

/** A text in the kernel's field of so many bytes, which may be empty. */
export function optionalText(maxBytes: number): Codec<string> {
  const codec = quotedText(maxBytes);
  return { ...codec, parse: (text) => (text === "" ? text : codec.parse(text, "")) };
}

/** How the words of a list are told apart. */
interface ListForm {
  /** Spellings beside the words themselves. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** `EST` is `ESTABLISHED`, as where the tool compares with strncasecmp; empty words are then malformed, else skipped. */
  readonly abbreviated?: boolean;
  readonly caseSensitive?: boolean;
}

/** `A,B,C` of a few words; kept and printed in the order of `words`, each once. */
export function listOf<const T extends string>(words: readonly T[], form: ListForm = {}): Codec<readonly T[]> {
  const { abbreviated = false, caseSensitive = false, aliases } = form;
  const fold = (text: string): string => (caseSensitive ? text : text.toLowerCase());
  const folded = words.map((word) => ({ word, text: fold(word) }));
  const find = (text: string): T | undefined => {
    const key = fold(aliases?.get(fold(text)) ?? text);
    return folded.find((one) => (abbreviated ? one.text.startsWith(key) : one.text === key))?.word;
  };
  return {
    words: 1,
    parse(text) {
      const found = new Set<T>();
      for (const part of text.split(",")) {
        if (part === "" && !abbreviated) continue;
        const word = part === "" ? undefined : find(part);
        if (word === undefined) return undefined;
        found.add(word);
      }
      return found.size === 0 ? undefined : words.filter((word) => found.has(word));
    },
    print: (list) => list.join(","),
  };
}

/** An address with the mask that was written: unlike `-s`, conntrack does not clear the host part. */
export interface HostMask {
  readonly address: Address;
  readonly mask: Address;
}

/** `10.0.0.5/16`, printed without the length for a host. Where the mask is no prefix the tool loads the whole address. */
export const hostMask: Codec<HostMask> = {
  words: 1,
  parse(text) {
    const value = parseHostMask(text);
    const isPrefix = value === undefined || lengthOfMask(value.mask) !== null;
    return isPrefix ? value : { address: value.address, mask: allOnes(familyOf(value.address)) };
  },
  print({ address, mask }) {
    const length = lengthOfMask(mask) ?? bitsOf(address);
    return length === bitsOf(address) ? printAddress(address) : printWithLength(address, length);
  },
};

/** As `hostMask`, but the length is always printed. */
export const segmentMask: Codec<HostMask> = {
  words: 1,
  parse: (text) => parseHostMask(text),
  print: ({ address, mask }) => printWithLength(address, lengthOfMask(mask) ?? bitsOf(address)),
};

function parseHostMask(text: string): HostMask | undefined {
  const net = parseAddressMask(text);
  const address = parseAddress(text.split("/", 1)[0] ?? "");
  return net === null || address === null ? undefined : { address, mask: net.mask };
}

function printWithLength(address: Address, length: number): string {
  return `${printAddress(address)}/${String(length)}`;
}

/** The network that such a value names. */
export function networkOf({ address, mask }: HostMask): AddressMask {
  return { value: maskAddress(address, mask), mask };
}

/** First and last address, both included; a range that runs backwards holds none. */
export interface AddressRange {
  readonly from: Address;
  readonly to: Address;
}

/** `A-B`, or `A` for one address; printed with both ends always. */
export const addressRange: Codec<AddressRange> = {
  words: 1,
  parse(text) {
    const dash = text.indexOf("-");
    const from = parseAddress(dash < 0 ? text : text.slice(0, dash));
    const to = dash < 0 ? from : parseAddress(text.slice(dash + 1));
    if (from === null || to === null || familyOf(from) !== familyOf(to)) return undefined;
    return { from, to };
  },
  print: ({ from, to }) => `${printAddress(from)}-${printAddress(to)}`,
};

/** Up to 16 IPv6 addresses. */
export const addressList: Codec<readonly bigint[]> = {
  words: 1,
  parse(text) {
    const addresses: bigint[] = [];
    for (const part of text.split(",", MAX_ADDRESSES + 1)) {
      const address = parseAddress(part);
      if (typeof address !== "bigint") return undefined;
      addresses.push(address);
    }
    return addresses.length <= MAX_ADDRESSES ? addresses : undefined;
  },
  print: (addresses) => addresses.map(printAddress).join(","),
};

const MAX_ADDRESSES = 16; // IP6T_RT_HOPS, include/uapi/linux/netfilter_ipv6/ip6t_rt.h

/** A prefix length of the family. */
export function prefixLength(family: Family): Codec<number> {
  return integer(bitsOf(allOnes(family)));
}

/** `00:11:22:aa:bb:cc`; printed in lower case with two digits each. */
export const macAddress: Codec<string> = {
  words: 1,
  parse(text) {
    const parts = text.length > 17 ? [] : text.split(":");
    if (parts.length !== 6 || !parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part))) return undefined;
    return parts.map((part) => part.padStart(2, "0").toLowerCase()).join(":");
  },
  print: (mac) => mac,
};
