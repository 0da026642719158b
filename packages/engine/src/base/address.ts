/**
 * IP addresses as plain values.
 *
 * An IPv4 address is a `number` (0 … 2³²−1, host order), an IPv6 address a `bigint` (0 … 2¹²⁸−1): the type of the value
 * is its family, comparison is `===`, masking is `&`, and nothing is allocated for IPv4.
 */
export type Address = number | bigint;

/** Address family as the kernel's tools spell it. */
export type Family = "ip" | "ip6";

/** A network: every address `a` with `(a & mask) === value`. Masks need not be contiguous (`255.0.255.0`). */
export interface AddressMask {
  /** Already masked. */
  readonly value: Address;
  readonly mask: Address;
}

/** A network written as `address/length`. */
export interface Prefix {
  /** Not masked: `ip addr` prints the host part. */
  readonly address: Address;
  /** Bits, 0 … 32 or 0 … 128. */
  readonly length: number;
}

export const V4_BITS = 32;
export const V6_BITS = 128;
const V4_ALL = 0xffff_ffff;
const V6_ALL: bigint = (1n << 128n) - 1n;

export function familyOf(address: Address): Family {
  return typeof address === "number" ? "ip" : "ip6";
}

export function bitsOf(address: Address): number {
  return typeof address === "number" ? V4_BITS : V6_BITS;
}

export function allOnes(family: Family): Address {
  return family === "ip" ? V4_ALL : V6_ALL;
}

export function zeroOf(family: Family): Address {
  return family === "ip" ? 0 : 0n;
}

/** `a & mask`. Operands of different families have no bits in common: the result is zero of `a`'s family. */
export function maskAddress(a: Address, mask: Address): Address {
  if (typeof a === "number") return typeof mask === "number" ? (a & mask) >>> 0 : 0;
  return typeof mask === "bigint" ? a & mask : 0n;
}

/** `a | b`, of one family; of two families, `a`. */
export function orAddress(a: Address, b: Address): Address {
  if (typeof a === "number") return typeof b === "number" ? (a | b) >>> 0 : a;
  return typeof b === "bigint" ? a | b : a;
}

/** `a ^ b`: the bits in which two addresses of one family differ; of two families, `a`. */
export function xorAddress(a: Address, b: Address): Address {
  if (typeof a === "number") return typeof b === "number" ? (a ^ b) >>> 0 : a;
  return typeof b === "bigint" ? a ^ b : a;
}

/** `a & ~mask`. */
export function clearAddress(a: Address, mask: Address): Address {
  if (typeof a === "number") return typeof mask === "number" ? (a & ~mask) >>> 0 : a;
  return typeof mask === "bigint" ? a & (V6_ALL ^ mask) : a;
}

/** Does `address` lie in `net`? An address of the other family never does. */
export function inNet(address: Address, net: AddressMask): boolean {
  if (typeof address === "number") {
    return typeof net.mask === "number" && (address & net.mask) >>> 0 === net.value;
  }
  return typeof net.mask === "bigint" && (address & net.mask) === net.value;
}

/** The netmask of a prefix length: 24 → 255.255.255.0. */
export function maskOfLength(length: number, family: Family): Address {
  if (family === "ip") return length === 0 ? 0 : (V4_ALL << (32 - length)) >>> 0;
  return V6_ALL ^ (V6_ALL >> BigInt(length));
}

/** The prefix length of a contiguous mask, or null: 255.255.255.0 → 24, 255.0.255.0 → null. */
export function lengthOfMask(mask: Address): number | null {
  if (typeof mask === "number") {
    const zeros = ~mask >>> 0;
    return (zeros & (zeros + 1)) === 0 ? Math.clz32(zeros) : null;
  }
  const zeros = V6_ALL ^ mask;
  if ((zeros & (zeros + 1n)) !== 0n) return null;
  let length = V6_BITS;
  for (let rest = zeros; rest !== 0n; rest >>= 1n) length--;
  return length;
}

/** The network that a prefix names, its host part cleared. */
export function netOf(prefix: Prefix): AddressMask {
  const mask = maskOfLength(prefix.length, familyOf(prefix.address));
  return { value: maskAddress(prefix.address, mask), mask };
}

/** The one-address network. */
export function hostNet(address: Address): AddressMask {
  return { value: address, mask: allOnes(familyOf(address)) };
}

/** Parses `10.0.0.1` as inet_pton does: four decimal numbers. Null when it is not one. Linear, allocation-free. */
export function parseV4(text: string, start = 0, end: number = text.length): number | null {
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c >= 48 && c <= 57) {
      if (part === 0) return null; // inet_pton refuses leading zeros
      part = part < 0 ? c - 48 : part * 10 + c - 48;
      if (part > 255) return null;
    } else if (c === 46 && part >= 0 && dots < 3) {
      value = value * 256 + part;
      part = -1;
      dots++;
    } else return null;
  }
  return dots === 3 && part >= 0 ? value * 256 + part : null;
}

/** Parses `text[start, end)` as `A.B.C.D` or `A.B.C.D/LENGTH`, masked; null when it is anything else. Cuts nothing out. */
export function parseV4Net(text: string, start: number, end: number): AddressMask | null {
  // The slash is one of the last three characters, or there is none.
  let slash = end - 1;
  while (slash > end - 4 && slash > start && text.charCodeAt(slash) !== 47) slash--;
  if (text.charCodeAt(slash) !== 47) slash = end;
  let length = slash === end ? V4_BITS : 0;
  for (let i = slash + 1; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return null;
    length = length * 10 + c - 48;
  }
  if (slash === end - 1 || length > V4_BITS) return null;
  const address = parseV4(text, start, slash);
  if (address === null) return null;
  const mask = length === 0 ? 0 : (V4_ALL << (V4_BITS - length)) >>> 0;
  return { value: (address & mask) >>> 0, mask };
}

/** Parses an IPv6 address in any of its spellings (`::1`, `fe80::1`, `::ffff:1.2.3.4`), without zone. Null when it is not one. */
export function parseV6(text: string): bigint | null {
  if (text.length < 2 || text.length > 45) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  let value = 0n;
  for (const group of head) value = (value << 16n) | BigInt(group);
  value <<= BigInt(16 * missing);
  for (const group of tail) value = (value << 16n) | BigInt(group);
  return value;
}

function groupsOf(text: string, mayEndInV4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && mayEndInV4 && part.includes(".")) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      groups.push(v4 >>> 16, v4 & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups.length <= 8 ? groups : null;
}

/** Parses an address of either family. */
export function parseAddress(text: string): Address | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** Parses `A` or `A/LENGTH`; a bare address is a host prefix. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = bitsOf(address);
  if (slash < 0) return { address, length: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return null;
  return { address, length: Number(length) };
}

/** Parses `A`, `A/LENGTH` or `A/MASK`, masking the address, as iptables does for `-s` and `-d`. */
export function parseAddressMask(text: string): AddressMask | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  if (slash < 0) return hostNet(address);
  const rest = text.slice(slash + 1);
  const family = familyOf(address);
  let mask: Address | null;
  if (/^\d{1,3}$/.test(rest)) {
    if (Number(rest) > bitsOf(address)) return null;
    mask = maskOfLength(Number(rest), family);
  } else {
    mask = parseAddress(rest);
    if (mask === null || familyOf(mask) !== family) return null;
  }
  return { value: maskAddress(address, mask), mask };
}

export function printAddress(address: Address): string {
  if (typeof address === "number") {
    return `${String(address >>> 24)}.${String((address >>> 16) & 255)}.${String((address >>> 8) & 255)}.${String(address & 255)}`;
  }
  return printV6(address);
}

/** RFC 5952 as glibc's inet_ntop prints it: longest zero run (two or more) as `::`, v4-mapped and v4-compatible in dotted form. */
function printV6(address: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((address >> shift) & 0xffffn));
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > bestLength) {
      bestStart = i;
      bestLength = j - i;
    }
    if (j > i) i = j;
  }
  const dotted = bestStart === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff));
  const words = groups.map((group) => group.toString(16));
  if (dotted) words.splice(6, 2, printAddress(Number(address & 0xffff_ffffn)));
  if (bestStart < 0) return words.join(":");
  return `${words.slice(0, bestStart).join(":")}::${words.slice(bestStart + bestLength).join(":")}`;
}

/** `10.0.0.0/8`; the length is always printed, as iptables-save does. */
export function printPrefix(prefix: Prefix): string {
  return `${printAddress(prefix.address)}/${String(prefix.length)}`;
}

/** As iptables-save prints `-s`: `10.0.0.0/8`, or `10.0.0.9/255.0.0.255` for a mask that is no prefix. */
export function printAddressMask(net: AddressMask): string {
  const length = lengthOfMask(net.mask);
  return `${printAddress(net.value)}/${length === null ? printAddress(net.mask) : String(length)}`;
}
