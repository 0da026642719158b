import type { Address } from "../base/address.ts";
import { encodePacket } from "../program/packet-bytes.ts";
import type { Packet } from "../program/packet.ts";
import { PROTO } from "../program/protocol.ts";
import { sourcesV6 } from "../program/source-address.ts";
import { NO_TRANSPORT } from "../program/transport.ts";
import { TCP_FLAG } from "./conntrack/tcp.ts";
import { fibLookup } from "./fib.ts";
import type { FibResult } from "./fib.ts";
import { isLaterFragment } from "./fields.ts";
import { linkOf } from "./ip6-header.ts";
import { flowKey } from "./flow-key.ts";
import { isLocalAddress } from "./local-address.ts";
import { reflectedMark } from "./run.ts";
import type { Run } from "./run.ts";
import { selectAddress } from "./select-address.ts";
import { packetOf } from "./skb.ts";
import type { Skb } from "./skb.ts";

/** RT_TOS and IPTOS_PREC_INTERNETCONTROL: an ICMP error keeps the TOS of what it is about, at higher precedence. */
const TOS_BITS = 0x1e;
const INTERNET_CONTROL = 0xc0;

/** The one ICMPv6 error that groups are told of: path MTU discovery (RFC 4443 2.4 e.3). */
const TOO_BIG = 2;

const NONE = new Uint8Array(0);

/** An ICMP error about this packet, or null: nobody may be told (icmp_send, net/ipv4/icmp.c; icmp6_send). */
export function icmpError(run: Run, type: number, code: number): Packet | null {
  const { skb } = run;
  if (isLaterFragment(skb) || isIcmpError(skb) || !mayBeTold(run, skb.src)) return null;
  const toMany = skb.pktType !== "host" || reachesMany(run);
  if (toMany && (skb.family === "ip" || type !== TOO_BIG)) return null;
  const quoted = encodePacket(packetOf(skb)).subarray(0, skb.family === "ip" ? 548 : 1232);
  const src = speakerOf(run);
  if (src === null) return null;
  return {
    ...blank(skb),
    src,
    dst: skb.src,
    proto: skb.family === "ip" ? PROTO.icmp : PROTO.icmp6,
    icmpType: type,
    icmpCode: code,
    tos: skb.family === "ip" ? (skb.tos & TOS_BITS) | INTERNET_CONTROL : 0,
    payload: quoted,
  };
}

/**
 * Who answers: the destination where it is this node's own. Before routing nobody has asked whose it is (nf_reject_fill_skb_dst);
 * of a packet that is delivered here it must be ours, or nobody can answer (icmp_route_lookup). What was sent to 0.0.0.0 came to no address.
 */
function speakerOf(run: Run): Address | null {
  const { skb } = run;
  if (typeof skb.dst === "bigint") return isAddressHere(run, skb.dst) ? skb.dst : (sourceOfError(run) ?? skb.dst);
  // Before routing the route to the source is what is asked.
  const isLocal = skb.route === null ? isLocalAddress(run, skb.src) : skb.route.type === "local";
  if (isLocalAddress(run, skb.dst) && (skb.route !== null || isLocal)) return skb.dst;
  return isLocal && skb.dst !== 0 ? null : (sourceOfError(run) ?? skb.dst);
}

/** ipv6_chk_addr, ipv6_chk_acast_addr_src: an address that a device has, of those of a link alone the packet's own; a net of the local table is none. */
function isAddressHere(run: Run, address: bigint): boolean {
  const { program, skb } = run;
  const [found] = run.family.fib.tables.get("local")?.lookup(address) ?? [];
  if (found?.route.type === "anycast") return true;
  if (!program.hasLinks) return isLocalAddress(run, address);
  return [...program.links.values()].some((link) =>
    sourcesV6(link).some(
      ({ address: own, scope }) => own === address && (scope.width > 2 || link.name === (skb.iif ?? "lo")),
    ),
  );
}

/** The answer to a TCP packet that is refused: ends swapped, RST (and ACK where the packet had none). */
export function tcpReset(skb: Skb): Packet {
  const acked = ((skb.base.tcpFlags ?? 0) & TCP_FLAG.ack) !== 0;
  const tcpFlags = TCP_FLAG.rst | (acked ? 0 : TCP_FLAG.ack);
  return { ...blank(skb), src: skb.dst, dst: skb.src, proto: PROTO.tcp, sport: skb.dport, dport: skb.sport, tcpFlags };
}

/** A packet of this family with nothing in it. */
export function blank(skb: Skb): Packet {
  return {
    ...skb.base,
    ...NO_TRANSPORT,
    ttl: 64,
    tos: 0,
    id: 0,
    dontFragment: false,
    payload: NONE,
    fragment: null,
    l4Checksum: "good",
    truncateL4: null,
    extensionHeaders: [],
  };
}

function isIcmpError({ base }: Skb): boolean {
  if (base.proto === PROTO.icmp) return ![0, 8, 9, 10, 13, 14, 15, 16, 17, 18].includes(base.icmpType ?? 0);
  return base.proto === PROTO.icmp6 && (base.icmpType ?? 128) < 128;
}

/** Not nobody, and not several: ipv6_anycast_destination (include/net/ip6_route.h) takes a network's address on the link for anycast. */
function mayBeTold(run: Run, source: Address): boolean {
  if (typeof source === "number") return source !== 0;
  const back = wayTo(run, source);
  if (source === 0n || back.kind === "error") return source !== 0n;
  const { route, net, length } = back.entry;
  const isOnLink = route.type === "unicast" && (back.nexthop?.via ?? null) === null;
  return route.type !== "anycast" && !(isOnLink && length < 127 && net.value === source);
}

/** IPv4 asks the packet's route, whatever was written over its destination; before routing that to its source stands in (nf_reject_fill_skb_dst). */
function reachesMany(run: Run): boolean {
  const { src, dst, route } = run.skb;
  if (typeof dst === "bigint") return dst >> 120n === 0xffn;
  return route === null ? isToMany(run, src) : route.type === "broadcast" || route.type === "multicast";
}

function isToMany(run: Run, address: Address): boolean {
  if (typeof address === "number" && (address === 0xffff_ffff || address >>> 28 === 14)) return true;
  const [found] = run.family.fib.tables.get("local")?.lookup(address) ?? [];
  return found?.route.type === "broadcast";
}

/** IPv6 prefers an address of the device that the packet came in by (ip6_rcv_core: IP6CB(skb)->iif); IPv4 takes that of the way back. */
function sourceOfError(run: Run): Address | null {
  const { skb } = run;
  if (skb.family === "ip6" && skb.iif !== null) return selectAddress(run, linkOf(skb), skb.src);
  return sourceTowards(run, skb.src);
}

/** The address that a packet of this node's own to `dst` gets: the route's, else the output device's first. */
function sourceTowards(run: Run, dst: Address): Address | null {
  const result = wayTo(run, dst);
  if (result.kind === "error") return null;
  const { route } = result.entry;
  return route.prefSrc ?? selectAddress(run, result.nexthop?.dev ?? null, result.nexthop?.via ?? dst);
}

function wayTo(run: Run, dst: Address): FibResult {
  const src = typeof dst === "number" ? 0 : 0n;
  return fibLookup(run, flowKey(run.skb, { src, dst, iif: "lo", mark: reflectedMark(run), uid: 0 }));
}
