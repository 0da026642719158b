import {
  addressOfBytes,
  allOnes,
  clearAddress,
  familyOf,
  maskAddress,
  maskOfLength,
  orAddress,
  parseAddress,
  parseV4,
  printAddress,
} from "@hookwalk/engine";
import type { Address } from "@hookwalk/engine";
import { bytesOf } from "./address-map.ts";
import type { AddressMap, AddressRange } from "./address-map.ts";

const V4 = String.raw`(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?!\d|\.\d)`;
/** Runs that may be an IPv6 address; whether one is, parsing tells. */
const V6 = String.raw`(?<![\w:])[\da-fA-F:]*:[\da-fA-F:.]*(?![\w])`;
/** As Ethernet has them, and Infiniband. `ip -d link` leaves out leading zeros. */
const MAC = String.raw`(?<![\w:])(?:[\da-fA-F]{1,2}:){5}(?:(?:[\da-fA-F]{1,2}:){14})?[\da-fA-F]{1,2}(?![\w:])`;
const ANY = new RegExp(`${MAC}|${V6}|${V4}`, "g");
const ONLY_V4 = new RegExp(V4, "g");
const ONLY_MAC = new RegExp(`^${MAC}$`);

/** The text with every address in it mapped, and nothing else changed. */
export function mapAddresses(text: string, map: AddressMap): string {
  const known = new Map<string, string>();
  const mapped = (token: string, mask: Address | null): string => {
    const key = mask === null ? token : `${token}/${String(mask)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const after = mapToken(token, mask, map);
    known.set(key, after);
    return after;
  };
  return text.replace(ANY, (token, at: number) =>
    isMask(text, at) ? token : mapped(token, maskBehind(text, at + token.length, token)),
  );
}

/** `10.0.0.0/255.255.0.0`: what stands behind the slash says how much of the address counts. */
function isMask(text: string, at: number): boolean {
  return text[at - 1] === "/" && /[\da-fA-F:]/.test(text[at - 2] ?? "");
}

/** `/24`, `/255.255.0.0`, `/ffff::`; in the JSON of nft `", "len": 24`. */
const BEHIND = /^(?:\/([\da-fA-F:.]+)|",\s*"len":\s*(\d+))/;
const BEHIND_WIDTH = 60;

function maskBehind(text: string, at: number, token: string): Address | null {
  if (text[at] !== "/" && text[at] !== '"') return null;
  const [, word, length] = BEHIND.exec(text.slice(at, at + BEHIND_WIDTH)) ?? [];
  const said = word ?? length;
  const address = parseAddress(token);
  if (said === undefined || address === null) return null;
  if (!/^\d+$/.test(said)) return parseAddress(said);
  const bits = Number(said);
  return bits <= (typeof address === "number" ? 32 : 128) ? maskOfLength(bits, familyOf(address)) : null;
}

function mapToken(token: string, mask: Address | null, map: AddressMap): string {
  if (ONLY_MAC.test(token)) return mapMac(token, map);
  const address = parseAddress(token);
  if (address === null) return mapInside(token, map);
  const mapped = addressOfBytes(map.address(bytesOf(address)));
  return printAddress(isNet(address, mask) ? maskAddress(mapped, mask) : mapped);
}

/** A network has no host part, and goes on having none. */
function isNet(address: Address, mask: Address | null): mask is Address {
  return mask !== null && familyOf(mask) === familyOf(address) && maskAddress(address, mask) === address;
}

/** With the end of a sentence behind it, or `add:10.0.0.1`, which looks like IPv6 and is not. */
function mapInside(token: string, map: AddressMap): string {
  const bare = token.slice(0, LONGEST + 1).replace(/[.:]+$/, "");
  if (bare.length <= LONGEST && parseAddress(bare) !== null)
    return mapToken(bare, null, map) + token.slice(bare.length);
  return token.includes(".") ? mapV4s(token, map) : token;
}

/** Characters of an IPv6 address, `ffff:…:255.255.255.255`. */
const LONGEST = 45;

function mapV4s(token: string, map: AddressMap): string {
  return token.replace(ONLY_V4, (inner) => {
    const address = parseV4(inner);
    return address === null ? inner : printAddress(addressOfBytes(map.address(bytesOf(address))));
  });
}

function mapMac(token: string, map: AddressMap): string {
  const groups = token.split(":");
  const isPadded = groups.every((group) => group.length === 2);
  const mapped = map.mac(Uint8Array.from(groups, (group) => parseInt(group, 16)));
  return Array.from(mapped, (byte) => byte.toString(16).padStart(isPadded ? 2 : 1, "0")).join(":");
}

const RANGE = new RegExp(String.raw`(?<![\da-fA-F:.])([\da-fA-F:.]{2,45})(?:-|",\s*")(?=([\da-fA-F:.]{2,45}))`, "g");
/** A network of a device: its broadcast address stays its last one. */
const ON_LINK = /\binet6? ([\da-fA-F:.]+\/\d+)/g;
const NET = /([\da-fA-F:.]{2,45})\/(\d{1,3})/g;
/** Rules that lay one network over another, address by address. */
const COUNTING = /^.*(?: NETMAP | [SD]NPT | prefix to ).*$/gm;

/** What must go on being a range, in one text. */
export function rangesIn(text: string): readonly AddressRange[] {
  const ranges: AddressRange[] = [];
  for (const [, first = "", last = ""] of text.matchAll(RANGE)) {
    const low = parseAddress(first);
    const high = parseAddress(last);
    if (low === null || high === null || familyOf(low) !== familyOf(high)) continue;
    ranges.push({ first: bytesOf(low), last: bytesOf(high), isWhole: false });
  }
  for (const [, net = ""] of text.matchAll(ON_LINK)) pushNet(ranges, net, false);
  for (const [line] of text.matchAll(COUNTING)) for (const [net] of line.matchAll(NET)) pushNet(ranges, net, true);
  return ranges;
}

function pushNet(ranges: AddressRange[], net: string, isWhole: boolean): void {
  const [text = "", length = ""] = net.split("/");
  const address = parseAddress(text);
  if (address === null || Number(length) > (typeof address === "number" ? 32 : 128)) return;
  const mask = maskOfLength(Number(length), familyOf(address));
  const first = maskAddress(address, mask);
  const last = orAddress(first, clearAddress(allOnes(familyOf(address)), mask));
  ranges.push({ first: bytesOf(first), last: bytesOf(last), isWhole });
}
