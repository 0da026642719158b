import {
  clearAddress,
  familyOf,
  maskOfLength,
  netOf,
  orAddress,
  allOnes,
  parseAddress,
  parsePrefix,
} from "../base/address.ts";
import type { Ranges } from "../base/ranges.ts";
import { normaliseRanges } from "../base/ranges.ts";
import { hasPorts, PROTO } from "../program/protocol.ts";
import type { AddressRange, DevicePattern, MaskedMark, Place, Port, RulePlace } from "./query.ts";
import { PROTOCOLS } from "./words.ts";

/** `A`, `A/LENGTH` or `A-B`. */
export function addressesOf(text: string): AddressRange | null {
  const dash = text.indexOf("-");
  if (dash >= 0) {
    const from = parseAddress(text.slice(0, dash));
    const to = parseAddress(text.slice(dash + 1));
    return from !== null && to !== null && familyOf(from) === familyOf(to) && from <= to ? { from, to } : null;
  }
  const prefix = parsePrefix(text);
  if (prefix === null) return null;
  const { value } = netOf(prefix);
  const family = familyOf(value);
  return { from: value, to: orAddress(value, clearAddress(allOnes(family), maskOfLength(prefix.length, family))) };
}

/** Addresses with a port behind them or none: `10.0.0.2:80`, `[fd00::1]:80`, `10.0.0.0/24`. */
export function placeOf(text: string): Place | null {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  const colon = bracketed === null && text.indexOf(":") === text.lastIndexOf(":") ? text.indexOf(":") : -1;
  const host = bracketed?.[1] ?? (colon < 0 ? text : text.slice(0, colon));
  const behind = bracketed === null ? (colon < 0 ? undefined : text.slice(colon + 1)) : bracketed[2];
  const addresses = addressesOf(host);
  const ports = behind === undefined ? null : rangesOf(behind);
  return addresses === null || (behind !== undefined && ports === null) ? null : { addresses, ports };
}

const HIGHEST_PORT = 0xffff;

/** `80`, `80,443`, `8000-8080`; up to a highest number, by default that of a port. */
export function rangesOf(text: string, highest: number = HIGHEST_PORT): Ranges | null {
  const ranges = text.split(",").map((part) => {
    const [, from = "", to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    return from === "" ? null : { from: Number(from), to: Number(to ?? from) };
  });
  const read = ranges.flatMap((range) =>
    range === null || range.from > range.to || range.to > highest ? [] : [range],
  );
  return read.length === ranges.length ? normaliseRanges(read) : null;
}

const HIGHEST_TYPE = 0xff;

/** `tcp/80`, `udp/5000-5010`, `icmp/8`; null: it is no such, or one that cannot be. */
export function portOf(text: string): Port | null {
  const slash = text.indexOf("/");
  const protocol = slash < 0 ? undefined : PROTOCOLS.get(text.slice(0, slash).toLowerCase());
  if (protocol === undefined) return null;
  const isIcmp = protocol === PROTO.icmp || protocol === PROTO.icmp6;
  if (!isIcmp && !hasPorts(protocol)) return null;
  const ranges = rangesOf(text.slice(slash + 1), isIcmp ? HIGHEST_TYPE : HIGHEST_PORT);
  return ranges === null ? null : { protocol, ranges };
}

/** Was something like `tcp/80` meant? */
export function looksLikePort(text: string): boolean {
  const slash = text.indexOf("/");
  return slash > 0 && PROTOCOLS.has(text.slice(0, slash).toLowerCase());
}

/** IFNAMSIZ without the final zero. */
const LONGEST_NAME = 15;

/** `eth0`, `cali+`. What looks like an address that is none is no device either: that was meant to be one. */
export function deviceOf(text: string): DevicePattern | null {
  const prefix = text.endsWith("+");
  const name = prefix ? text.slice(0, -1) : text;
  const isName =
    name.length <= LONGEST_NAME && (name !== "" || prefix) && !/[/\s]/.test(name) && !/^[\d.:-]+$/.test(name);
  return isName ? { name, prefix } : null;
}

const ALL_BITS = 0xffff_ffff;

/** `0x1`, `0x10/0xf0`, in decimal too. What the mask leaves out is not compared, as with `-m mark`. */
export function markOf(text: string): MaskedMark | null {
  const [value = "", mask, ...more] = text.split("/");
  const numbers = [value, mask ?? String(ALL_BITS)].map((part) =>
    /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(part) && Number(part) <= ALL_BITS ? Number(part) : null,
  );
  const [wanted = null, under = null] = numbers;
  return wanted === null || under === null || more.length > 0 ? null : { value: wanted, mask: under };
}

/** `[TABLE/]CHAIN/N`. */
export function rulePlaceOf(text: string): RulePlace | null {
  const parts = text.split("/");
  const rule = ruleNumberOf(parts.at(-1) ?? "");
  const [table = null, chain = ""] = parts.length === 3 ? parts : [null, parts[0]];
  return rule === null || chain === "" || table === "" || parts.length < 2 || parts.length > 3
    ? null
    : { table, chain, rule };
}

const MOST_RULES = 1e7;

/** From 1. */
export function ruleNumberOf(text: string): number | null {
  return /^[1-9]\d{0,7}$/.test(text) && Number(text) <= MOST_RULES ? Number(text) : null;
}
