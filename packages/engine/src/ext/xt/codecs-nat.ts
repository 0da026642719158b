import type { Address, AddressMask, Family } from "../../base/address.ts";
import {
  allOnes,
  clearAddress,
  familyOf,
  lengthOfMask,
  orAddress,
  parseAddress,
  parseAddressMask,
  printAddress,
  printAddressMask,
} from "../../base/address.ts";
import { parseUnsigned } from "./codecs.ts";
import type { Codec } from "./codec.ts";
import { services } from "./services.ts";

/** What NAT may choose from; null: keep what the packet has. */
export interface NatRange {
  readonly addresses: { readonly from: Address; readonly to: Address } | null;
  readonly ports: NatPorts | null;
}

export interface NatPorts {
  readonly from: number;
  readonly to: number;
  /** `80-90/85`: the port that goes to `from`; those after it follow. Null: not shifted. */
  readonly base: number | null;
}

/**
 * `10-20/15`. Only DNAT has a base that counts: for the others iptables 1.8.9 takes one, throws it away and prints `/0`
 * (extensions/libxt_NAT.c). In the kernel 0 then is the base (nf_nat_l4proto_unique_tuple).
 */
export function natPorts(keepsBase: boolean): Codec<NatPorts> {
  return {
    words: 1,
    parse(text) {
      const match = /^(\w+)(?:-(\w+)(?:\/(\w+))?)?$/.exec(text);
      const from = match?.[1] === undefined ? undefined : portOf(match[1]);
      const to = match?.[2] === undefined ? from : portOf(match[2]);
      const base = match?.[3] === undefined ? null : portOf(match[3]);
      if (from === undefined || to === undefined || base === undefined || from > to) return undefined;
      return { from, to, base: base === null || keepsBase ? base : 0 };
    },
    print({ from, to, base }) {
      if (from === to) return String(from);
      return `${String(from)}-${String(to)}${base === null ? "" : `/${String(base)}`}`;
    },
  };
}

function portOf(text: string): number | undefined {
  return parseUnsigned(text, 0xffff) ?? services.get(text.toLowerCase());
}

/** `1.2.3.4`, `1.2.3.4-1.2.3.9:80-90`, `:80`, `[2001:db8::1]:80`, `[2001:db8::1-2001:db8::9]:80-90`. */
export function natRange(family: Family, keepsBase: boolean): Codec<NatRange> {
  const portsCodec = natPorts(keepsBase);
  return {
    words: 1,
    parse(text) {
      const parts = family === "ip6" && text.startsWith("[") ? inBrackets(text) : plain(text);
      const addresses = parts.addresses === "" ? null : addressRange(parts.addresses, family);
      const ports = parts.ports === null ? null : portsCodec.parse(parts.ports, "");
      const nothing = parts.addresses === "" && parts.ports === null;
      return addresses === undefined || ports === undefined || nothing ? undefined : { addresses, ports };
    },
    print({ addresses, ports }) {
      const range = addresses === null ? "" : printRange(addresses);
      if (ports === null) return range;
      const bracketed = family === "ip6" && range !== "" ? `[${range}]` : range;
      return `${bracketed}:${portsCodec.print(ports)}`;
    },
  };
}

interface Parts {
  readonly addresses: string;
  readonly ports: string | null;
}

function inBrackets(text: string): Parts {
  const match = /^\[([^\]]+)\](?::(.*))?$/.exec(text);
  return { addresses: match?.[1] ?? text, ports: match?.[2] ?? null };
}

/** One colon begins the ports; several are an IPv6 address. */
function plain(text: string): Parts {
  const colon = text.indexOf(":");
  if (colon < 0 || text.includes(":", colon + 1)) return { addresses: text, ports: null };
  return { addresses: text.slice(0, colon), ports: text.slice(colon + 1) };
}

function addressRange(text: string, family: Family): NatRange["addresses"] | undefined {
  const dash = text.indexOf("-");
  const from = parseAddress(dash < 0 ? text : text.slice(0, dash));
  const to = dash < 0 ? from : parseAddress(text.slice(dash + 1));
  if (from === null || to === null || familyOf(from) !== family || familyOf(to) !== family) return undefined;
  return { from, to };
}

function printRange({ from, to }: { readonly from: Address; readonly to: Address }): string {
  return from === to ? printAddress(from) : `${printAddress(from)}-${printAddress(to)}`;
}

/** NETMAP's network: a prefix, printed with its length always. */
export function network(family: Family): Codec<AddressMask> {
  return {
    words: 1,
    parse(text) {
      const net = parseAddressMask(text);
      return net === null || familyOf(net.value) !== family || lengthOfMask(net.mask) === null ? undefined : net;
    },
    print: printAddressMask,
  };
}

/** First and last address of a network. */
export function rangeOf(net: AddressMask): { readonly from: Address; readonly to: Address } {
  return { from: net.value, to: orAddress(net.value, clearAddress(allOnes(familyOf(net.value)), net.mask)) };
}
