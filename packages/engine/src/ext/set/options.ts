import type { Address, Family } from "../../base/address.ts";
import {
  allOnes,
  bitsOf,
  familyOf,
  maskOfLength,
  orAddress,
  netOf,
  parseAddress,
  parsePrefix,
  zeroOf,
} from "../../base/address.ts";
import { clearAddress } from "../../base/address.ts";
import type { IpSet, SetElement, SetOption } from "../../model/sets.ts";

/** The options of a `create` line that decide what a set matches. */
export interface MatchOptions {
  /** `netmask` or `bitmask`: every address is masked with it first. */
  readonly addressMask: Address;
  /** `markmask` of hash:ip,mark. */
  readonly markMask: number;
  /** False: neither of the two masks changes anything. */
  readonly masks: boolean;
  /** `range` of a bitmap: addresses or ports, both ends inclusive; null for other types. */
  readonly range: { readonly from: Address; readonly to: Address } | null;
  /** More elements than this are refused, unless `forceadd` makes room. */
  readonly maxElements: number;
}

const DEFAULT_MAX_ELEMENTS = 65_536; // IPSET_DEFAULT_MAXELEM
const ALL_MARK_BITS = 0xffff_ffff;

export function matchOptions(set: IpSet): MatchOptions {
  const options = new Map(set.options.map(({ name, value }) => [name, value]));
  const netmask = Number(options.get("netmask") ?? bitsOf(zeroOf(set.family)));
  const bitmask = parseAddress(options.get("bitmask") ?? "");
  const maxElements = Number(options.get("maxelem") ?? DEFAULT_MAX_ELEMENTS);
  const markMask = Number(options.get("markmask") ?? ALL_MARK_BITS);
  return {
    addressMask: bitmask !== null && familyOf(bitmask) === set.family ? bitmask : netmaskOf(netmask, set.family),
    markMask: Number.isInteger(markMask) ? markMask >>> 0 : ALL_MARK_BITS,
    masks: options.has("netmask") || options.has("bitmask") || options.has("markmask"),
    range: parseRange(options.get("range") ?? ""),
    maxElements: options.has("forceadd") || !Number.isInteger(maxElements) ? Number.POSITIVE_INFINITY : maxElements,
  };
}

function netmaskOf(length: number, family: Family): Address {
  const bits = bitsOf(zeroOf(family));
  return Number.isInteger(length) && length >= 0 && length <= bits ? maskOfLength(length, family) : allOnes(family);
}

/** `10.0.0.0/24`, `10.0.0.0-10.0.0.255`, `0-65535`. */
function parseRange(text: string): MatchOptions["range"] {
  const ports = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  if (ports !== null) return { from: Number(ports[1]), to: Number(ports[2]) };
  const dash = text.indexOf("-");
  if (dash >= 0) {
    const from = parseAddress(text.slice(0, dash));
    const to = parseAddress(text.slice(dash + 1));
    return from === null || to === null ? null : { from, to };
  }
  const prefix = parsePrefix(text);
  if (prefix === null) return null;
  const { value, mask } = netOf(prefix);
  return { from: value, to: orAddress(value, clearAddress(allOnes(familyOf(value)), mask)) };
}

/** What `SET --map-set` gives to a packet. */
export interface SkbInfo {
  readonly mark: number;
  readonly mask: number;
}

/** `skbmark 0x1/0xff` of an element; a bare mark sets all bits. Null: none. */
export function skbMark({ options }: SetElement): SkbInfo | null {
  const text = options.find(isSkbMark)?.value ?? "";
  const match = /^(0x[0-9a-fA-F]{1,8}|\d{1,10})(?:\/(0x[0-9a-fA-F]{1,8}|\d{1,10}))?$/.exec(text);
  if (match === null) return null;
  return { mark: Number(match[1]) >>> 0, mask: Number(match[2] ?? ALL_MARK_BITS) >>> 0 };
}

function isSkbMark({ name }: SetOption): boolean {
  return name === "skbmark";
}
