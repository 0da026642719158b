import { parseAddress } from "../../base/address.ts";
import { parseProtocol } from "../../base/protocols.ts";
import type { DataRange, Datum } from "../../program/value-set.ts";
import { services } from "../xt/services.ts";
import * as words from "./symbols.ts";
import type { Symbols } from "./symbols.ts";

/** What a value is: how wide, and how its constants are written (nftables, src/datatype.c). */
export interface Datatype {
  readonly name: string;
  readonly bits: number;
  /** In the machine's order: it shows where raw bytes go there, or where they are hashed. */
  readonly host: boolean;
  /** Bits that have names: `a,b` is any of them, not one after the other. */
  readonly bitmask: boolean;
  /** Names for its values; null: it has none. */
  readonly symbols: Symbols | null;
  /** Null: no constant of this type. */
  read(text: string): DataRange | null;
}

/** A number of so many bits: `number` up to 32, `bigint` beyond. */
export function datum(value: bigint | number, bits: number): Datum {
  return bits > 32 ? BigInt(value) : Number(value);
}

export function allBits(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

/** One value as a range. */
export function only(value: Datum): DataRange {
  return { from: value, to: value };
}

const NUMBER = /^(?:0x[0-9a-f]{1,32}|\d{1,39})$/i;

function readNumber(text: string, bits: number): DataRange | null {
  if (!NUMBER.test(text)) return null;
  const value = BigInt(text);
  return value > allBits(bits) ? null : only(datum(value, bits));
}

interface Traits {
  readonly host?: boolean;
  readonly bitmask?: boolean;
  readonly symbols?: Symbols;
}

function numeric(name: string, bits: number, { host = false, bitmask = false, symbols }: Traits = {}): Datatype {
  return {
    name,
    bits,
    host,
    bitmask,
    symbols: symbols ?? null,
    read(text) {
      const named = symbols?.get(text) ?? symbols?.get(text.toLowerCase());
      return named === undefined ? readNumber(text, bits) : only(datum(named, bits));
    },
  };
}

function address(name: string, bits: number): Datatype {
  return {
    ...numeric(name, bits),
    read(text) {
      const value = parseAddress(text);
      return value !== null && (typeof value === "number") === (bits === 32) ? only(value) : readNumber(text, bits);
    },
  };
}

const MAC = /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i;

const etherAddress: Datatype = {
  ...numeric("ether_addr", 48),
  read(text) {
    if (!MAC.test(text)) return readNumber(text, 48);
    return only(text.split(":").reduce((sum, byte) => (sum << 8n) | BigInt(`0x${byte}`), 0n));
  },
};

const NAME_BYTES = 16;

/** A name as the kernel keeps it: 16 bytes, filled with zeros. */
export function nameDatum(name: string): bigint {
  let value = 0n;
  for (let at = 0; at < NAME_BYTES; at++) {
    const code = name.charCodeAt(at);
    value = (value << 8n) | (Number.isNaN(code) ? 0n : BigInt(code & 0xff));
  }
  return value;
}

/** The other way round. */
export function nameOfDatum(value: bigint): string {
  let name = "";
  for (let shift = 120n; shift >= 0n; shift -= 8n) {
    const code = Number((value >> shift) & 0xffn);
    if (code === 0) break;
    name += String.fromCharCode(code);
  }
  return name;
}

/** A name; with `*` at its end every name that begins so. `\*` is a star. */
function readName(text: string): DataRange | null {
  if (text.length > NAME_BYTES) return null;
  if (!text.endsWith("*") || text.endsWith("\\*")) return only(nameDatum(text.replace(/\\\*$/, "*")));
  const from = nameDatum(text.slice(0, -1));
  return { from, to: from | allBits(8 * (NAME_BYTES - text.length + 1)) };
}

const named = (name: string): Datatype => ({
  name,
  bits: 128,
  host: false,
  bitmask: false,
  symbols: null,
  read: readName,
});

/** Device names stand for their index, too: the listing has the name. Index 0 is no device, whose name is empty. */
const ifIndex: Datatype = { ...named("iface_index"), read: (text) => only(nameDatum(text === "0" ? "" : text)) };

const host = true;
const bitmask = true;

const TYPES: readonly Datatype[] = [
  address("ipv4_addr", 32),
  address("ipv6_addr", 128),
  etherAddress,
  named("ifname"),
  named("string"),
  ifIndex,
  {
    ...numeric("inet_proto", 8),
    read(text) {
      const proto = parseProtocol(text === "icmpv6" ? "ipv6-icmp" : text);
      return proto === null ? null : only(proto);
    },
  },
  numeric("inet_service", 16, { symbols: services }),
  numeric("mark", 32, { host }),
  numeric("ct_state", 32, { host, bitmask, symbols: words.CT_STATES }),
  numeric("ct_status", 32, { host, bitmask, symbols: words.CT_STATUS }),
  numeric("ct_dir", 8, { symbols: words.DIRECTIONS }),
  numeric("ct_label", 128, { host, bitmask }),
  numeric("ct_event", 32, { host, bitmask }),
  numeric("nf_proto", 8, { symbols: words.NF_PROTOS }),
  numeric("ether_type", 16, { symbols: words.ETHER_TYPES }),
  numeric("iface_type", 16, { host, symbols: words.LINK_TYPES }),
  numeric("pkt_type", 8, { symbols: words.PKT_TYPES }),
  numeric("icmp_type", 8, { symbols: words.ICMP_TYPES }),
  numeric("icmp_code", 8, { symbols: words.ICMP_CODES }),
  numeric("icmpv6_type", 8, { symbols: words.ICMP6_TYPES }),
  numeric("icmpv6_code", 8, { symbols: words.ICMP6_CODES }),
  numeric("icmpx_code", 8, { symbols: words.ICMPX_CODES }),
  numeric("igmp_type", 8, { symbols: words.IGMP_TYPES }),
  numeric("mh_type", 8, { symbols: words.MH_TYPES }),
  numeric("tcp_flag", 8, { bitmask, symbols: words.TCP_FLAGS }),
  numeric("dccp_pkttype", 4, { symbols: words.DCCP_TYPES }),
  numeric("dscp", 6, { symbols: words.DSCP_CLASSES }),
  numeric("ecn", 2, { symbols: words.ECN_CODES }),
  numeric("fib_addrtype", 32, { host, symbols: words.ADDRESS_TYPES }),
  numeric("boolean", 8, { symbols: words.BOOLEANS }),
  numeric("uid", 32, { host }),
  numeric("gid", 32, { host }),
  numeric("realm", 32, { host }),
  numeric("classid", 32, { host }),
  numeric("devgroup", 32, { host, symbols: new Map([["default", 0]]) }),
  numeric("cgroupsv2", 64, { host }),
  numeric("time", 64, { host }),
  numeric("hour", 32, { host }),
  numeric("day", 8, { symbols: words.DAYS }),
];

const BY_NAME: ReadonlyMap<string, Datatype> = new Map(TYPES.map((type) => [type.name, type]));

/** A type by the name that sets declare it with; null: nobody here knows it. */
export function datatype(name: string): Datatype | null {
  return BY_NAME.get(name) ?? null;
}

/** One of the types that this folder itself names. */
export function knownType(name: string): Datatype {
  return BY_NAME.get(name) ?? integer(32);
}

/** Plain bits of a header. */
export function integer(bits: number, inHostOrder = false): Datatype {
  return numeric("integer", bits, { host: inHostOrder });
}
