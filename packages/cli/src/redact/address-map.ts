import { addressBytes, parseAddress } from "@hookwalk/engine";
import type { Address } from "@hookwalk/engine";
import type { Pin, PrefixMap } from "./prefix-map.ts";
import { newPrefixMap, sharedBits } from "./prefix-map.ts";

/** Networks that mean something to the kernel or to every reader. */
interface Known {
  readonly net: string;
  readonly length: number;
  /** Kept: every address in it stays itself. Otherwise: the network stays, what is in it is mapped inside of it. */
  readonly isKept: boolean;
}

const kept = (net: string, length: number): Known => ({ net, length, isKept: true });
const closed = (net: string, length: number): Known => ({ net, length, isKept: false });

const KNOWN: readonly Known[] = [
  kept("0.0.0.0", 8),
  kept("127.0.0.0", 8),
  kept("169.254.0.0", 16),
  kept("224.0.0.0", 4),
  // Reserved, the broadcast address and, as it happens, every netmask.
  kept("240.0.0.0", 4),
  closed("10.0.0.0", 8),
  closed("100.64.0.0", 10),
  closed("172.16.0.0", 12),
  closed("192.168.0.0", 16),
  kept("::", 96),
  kept("fe80::", 10),
  kept("ff00::", 8),
  closed("2000::", 3),
  closed("fc00::", 7),
  closed("fd00::", 8),
  closed("::ffff:0:0", 96),
  closed("64:ff9b::", 96),
];

/** Of a MAC address the first byte stays (who gave it, one or many), and these as a whole: nobody's, Calico's. */
const KNOWN_MACS: readonly string[] = ["000000000000", "eeeeeeeeeeee"];

/** What every address of one capture becomes. */
export interface AddressMap {
  address(address: Uint8Array): Uint8Array;
  /** A link-layer address of any length. */
  mac(mac: Uint8Array): Uint8Array;
}

/** From the first address to the last; a range stays one where both ends are kept in place inside of what they share. */
export interface AddressRange {
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** Every address inside keeps its place: the rule counts addresses. */
  readonly isWhole: boolean;
}

export function bytesOf(address: Address): Uint8Array {
  return Uint8Array.from(addressBytes(address));
}

export function newAddressMap(key: Uint8Array, ranges: readonly AddressRange[]): AddressMap {
  const pins = [...KNOWN.map(knownPin), ...ranges.flatMap(rangePins)];
  const ofLength = (length: number): readonly Pin[] => pins.filter(({ address }) => address.length === length);
  const v4 = newPrefixMap(key, "ip", ofLength(4));
  const v6 = newPrefixMap(key, "ip6", ofLength(16));
  const macs = new Map<number, PrefixMap>();
  const mac = (bytes: Uint8Array): Uint8Array => {
    if (((bytes[0] ?? 0) & 1) === 1) return bytes;
    const known = macs.get(bytes.length) ?? newPrefixMap(key, `mac ${String(bytes.length)}`, macPins(bytes));
    macs.set(bytes.length, known);
    return Uint8Array.of(bytes[0] ?? 0, ...known.map(bytes.subarray(1)));
  };
  return {
    address(bytes) {
      if (bytes.length === 4) return v4.map(bytes);
      const inside = embedded(bytes);
      if (inside === "v4") return Uint8Array.of(...bytes.subarray(0, 12), ...v4.map(bytes.subarray(12)));
      return inside === "mac" ? withMac(bytes, mac(macIn(bytes))) : v6.map(bytes);
    },
    mac,
  };
}

function knownPin({ net, length, isKept }: Known): Pin {
  return { address: bytesOf(parseAddress(net) ?? 0), from: 0, to: length, ...(isKept && { isWhole: true }) };
}

function rangePins({ first, last, isWhole }: AddressRange): readonly Pin[] {
  const from = sharedBits(first, last);
  if (isWhole) return [{ address: first, from, to: from, isWhole: true }];
  return [first, last].map((address) => ({ address, from, to: first.length * 8 }));
}

function macPins({ length }: Uint8Array): readonly Pin[] {
  const known = KNOWN_MACS.map((text) => Uint8Array.from(Buffer.from(text, "hex").subarray(1)));
  return length === 6 ? known.map((address) => ({ address, from: 0, to: 40 })) : [];
}

const startsWith = (bytes: Uint8Array, hex: string): boolean =>
  Buffer.from(bytes).toString("hex", 0, hex.length / 2) === hex;

/** An IPv6 address that has another address in it. A link-local one shows the MAC of its device (RFC 4291, appendix A). */
function embedded(bytes: Uint8Array): "v4" | "mac" | null {
  if (startsWith(bytes, `${"00".repeat(10)}ffff`) || startsWith(bytes, `0064ff9b${"00".repeat(8)}`)) return "v4";
  return startsWith(bytes, "fe80000000000000") && bytes[11] === 0xff && bytes[12] === 0xfe ? "mac" : null;
}

/** The bit that says who gave the address stands the other way round. */
const LOCAL = 2;

function macIn(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of((bytes[8] ?? 0) ^ LOCAL, ...bytes.subarray(9, 11), ...bytes.subarray(13));
}

function withMac(bytes: Uint8Array, mac: Uint8Array): Uint8Array {
  const [first = 0] = mac;
  return Uint8Array.of(...bytes.subarray(0, 8), first ^ LOCAL, ...mac.subarray(1, 3), 0xff, 0xfe, ...mac.subarray(3));
}
