import type { Address } from "../../base/address.ts";
import type { Dimension } from "../../model/sets.ts";
import type { SetKey } from "../../program/set-lookup.ts";
import type { Direction } from "../../program/test.ts";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const SCTP = 132;
const UDPLITE = 136;
const WITH_PORTS: ReadonlySet<number> = new Set([TCP, UDP, SCTP, UDPLITE]);
const NO_MAC = "00:00:00:00:00:00";

/** What a packet has for one dimension of a set. */
export type PacketPart =
  /** A number whose leading bits are compared: an address, or the port of one protocol (`scope`). */
  | { readonly kind: "bits"; readonly scope: string; readonly value: Address }
  /** Compared whole: a mark, a MAC address, a device. */
  | { readonly kind: "word"; readonly value: string }
  /** The packet has no such thing: it is in no set of the type (-EINVAL in the kernel). */
  | { readonly kind: "none" }
  | { readonly kind: "unknown" };

const NONE: PacketPart = { kind: "none" };
const UNKNOWN: PacketPart = { kind: "unknown" };

/** The packet's side of one dimension, as the `…_kadt` function of each type takes it. */
export function packetPart(dimension: Dimension, direction: Direction, key: SetKey, type: string): PacketPart {
  switch (dimension) {
    case "ip":
    case "net":
      return { kind: "bits", scope: "", value: direction === "src" ? key.src : key.dst };
    case "port":
      return type === "bitmap:port" ? tcpOrUdpPort(direction, key) : anyPort(direction, key);
    case "mac":
      return mac(direction, key, type);
    case "mark":
      return { kind: "word", value: String(key.mark) };
    case "iface":
      return device(direction === "src" ? key.iif : key.oif);
    case "set":
      return UNKNOWN;
  }
}

/** ip_set_get_ip_port: only these two protocols, and they are not told apart. */
function tcpOrUdpPort(direction: Direction, key: SetKey): PacketPart {
  const port = direction === "src" ? key.sport : key.dport;
  return port === null || (key.proto !== TCP && key.proto !== UDP) ? NONE : { kind: "bits", scope: "", value: port };
}

/** ip_set_getport.c get_port: ICMP has type and code as its port, protocols that it does not know have port 0. */
function anyPort(direction: Direction, key: SetKey): PacketPart {
  const { proto } = key;
  const port = portOf(direction, key);
  return port === null || proto === 0 ? NONE : { kind: "bits", scope: `${String(proto)}:`, value: port };
}

function portOf(direction: Direction, { proto, sport, dport, icmpType, icmpCode }: SetKey): number | null {
  if (WITH_PORTS.has(proto)) return direction === "src" ? sport : dport;
  if (proto === ICMP || proto === ICMPV6)
    return icmpType === null || icmpCode === null ? null : (icmpType << 8) | icmpCode;
  return 0;
}

/** The Ethernet header that a packet came with; one made on this node has none. Nobody here knows the destination's. */
function mac(direction: Direction, { smac, iif }: SetKey, type: string): PacketPart {
  if (smac === null) return iif === null ? NONE : UNKNOWN;
  if (direction === "dst") return UNKNOWN;
  const value = smac.toLowerCase();
  return value === NO_MAC && type !== "bitmap:ip,mac" ? NONE : { kind: "word", value };
}

function device(name: string | null): PacketPart {
  return name === null ? NONE : { kind: "word", value: name };
}
