import type { Address, Prefix } from "../base/address.ts";
import { inNet, netOf, printAddress } from "../base/address.ts";
import type { Link } from "../model/routing.ts";
import { addressBytes } from "../program/checksum.ts";
import { encodePacket } from "../program/packet-bytes.ts";
import type { Packet } from "../program/packet.ts";
import { NDISC_REDIRECT, PROTO } from "../program/protocol.ts";
import { scopeOf, sourcesV6 } from "../program/source-address.ts";
import { fibLookup } from "./fib.ts";
import { flowKey, fromDevice, reverseKey } from "./flow-key.ts";
import { ask, factQuestion } from "./run.ts";
import type { Run } from "./run.ts";
import { blank } from "./side-packets.ts";
import { packetOf } from "./skb.ts";
import { addressesOf, usesDevice } from "./source-check.ts";

/** __mkroute_input: back out of the device that it came in by, from a neighbour who could reach the next hop itself. */
export function redirectsV4(run: Run, iif: string, oif: string | null, via: Address | null): boolean {
  const { program, skb } = run;
  if (oif !== iif || !program.sysctl.either("ipv4", iif, "send_redirects", 1)) return false;
  const link = program.links.get(iif);
  if (link === undefined || !isNeighbour(run, iif)) return false;
  const next = via ?? skb.dst;
  const onLink = (prefix: Prefix): boolean => inNet(skb.src, netOf(prefix)) && inNet(next, netOf(prefix));
  return (
    program.sysctl.either("ipv4", iif, "shared_media", 1) ||
    addressesOf(link, skb.src).some(({ prefix }) => onLink(prefix))
  );
}

/** The source is reached by this device without a gateway (the scope of the reverse route's next hop is `host`). */
function isNeighbour(run: Run, iif: string): boolean {
  const key = reverseKey(run.skb, { iif, mark: 0 });
  const back = fibLookup(run, key);
  if (back.kind === "error") return false;
  // Where the way back is another one, only routes by this device are asked (__fib_validate_source).
  const here = usesDevice(back, iif) ? back : fibLookup(run, { ...key, oif: iif, dev: iif });
  return here.kind === "route" && here.entry.route.nexthops.some((hop) => hop.dev === iif && hop.via === null);
}

/**
 * ip6_forward, ndisc_send_redirect (net/ipv6/ndisc.c): who sent a packet that turns back hears of the next hop from the device's
 * link-local address, if that is the destination itself or a router by its link-local address, and no gateway is on the way to him.
 */
export function redirectV6(run: Run): void {
  const { skb, program } = run;
  const { iif, oif, dst, route } = skb;
  const link = program.links.get(iif ?? "");
  if (link === undefined || iif !== oif) return;
  const target = route?.via ?? dst;
  const src = linkLocalAddress(link);
  if (src === null || (target !== dst && !isLinkLocal(target))) return;
  const toSender = {
    ...fromDevice(iif, skb.src),
    src,
    iif: "lo",
    mark: 0,
    uid: 0,
    proto: PROTO.icmp6,
    sport: 0,
    dport: 0,
  };
  const back = fibLookup(run, flowKey(skb, { ...toSender, tos: 0 }));
  if (back.kind === "error" || (back.nexthop?.via ?? null) !== null) return;
  const packet: Packet = {
    ...blank(skb),
    src,
    dst: skb.src,
    proto: PROTO.icmp6,
    icmpType: NDISC_REDIRECT,
    icmpCode: 0,
    ttl: 255,
    tos: program.sysctl.device("ipv6", back.nexthop?.dev ?? link.name, "ndisc_tclass", 0),
    payload: messageOf(run, link, target),
  };
  // Neither the flow nor the mark of what it is about goes with it.
  run.sides.push({ kind: "icmp", packet, what: "redirect", mark: 0, ct: null, isOfUntracked: false, boundTo: iif });
}

function isLinkLocal(address: Address): boolean {
  if (typeof address === "number") return false;
  const { kind, isGroup } = scopeOf(address);
  return kind === "link" && !isGroup;
}

/** __ipv6_get_lladdr (net/ipv6/addrconf.c): the oldest one. */
function linkLocalAddress(link: Link): bigint | null {
  return sourcesV6(link).findLast(({ address }) => isLinkLocal(address))?.address ?? null;
}

const MIN_MTU = 1280;
/** The IP header and `struct rd_msg`. */
const HEADERS = 80;
const TARGET_ADDRESS = 2;
const REDIRECTED_HEADER = 4;
const OPTION_HEADER = 8;

/** What stands behind the ICMPv6 header (RFC 4861 4.5): the next hop, the destination, the next hop's link-layer address where it is known, the packet. */
function messageOf(run: Run, link: Link, target: Address): Uint8Array {
  const { skb } = run;
  const known = knownAddress(run, link, target);
  const packet = encodePacket(packetOf(skb));
  const room = Math.min(MIN_MTU - HEADERS - known.length, packet.length + OPTION_HEADER) & ~7;
  return Uint8Array.from([
    ...addressBytes(target),
    ...addressBytes(skb.dst),
    ...known,
    ...[REDIRECTED_HEADER, room / 8, 0, 0, 0, 0, 0, 0],
    ...packet.subarray(0, room - OPTION_HEADER),
  ]);
}

/** The option with the next hop's link-layer address, empty where the node has none (NUD_VALID). */
function knownAddress(run: Run, link: Link, target: Address): readonly number[] {
  if (link.type === "none") return [];
  const listed = run.program.neighbours?.find(({ address, dev }) => address === target && isOf(dev, link));
  const states = listed?.states ?? [];
  const isKnown =
    WITHOUT_ASKING.some((flag) => link.flags.includes(flag)) ||
    (run.program.neighbours === null
      ? ask(run, addressIsKnown(target))
      : states.length > 0 && !states.some((state) => NOT_VALID.has(state)));
  return isKnown ? [TARGET_ADDRESS, 1, ...macBytes(listed?.mac ?? link.mac)] : [];
}

/** A listing of one device's neighbours does not name it. */
function isOf(dev: string, link: Link): boolean {
  return dev === "" || dev === link.name;
}

/** Devices that nobody is asked on for an address (ndisc_constructor). */
const WITHOUT_ASKING = ["NOARP", "LOOPBACK", "POINTOPOINT"];
const NOT_VALID: ReadonlySet<string> = new Set(["NONE", "INCOMPLETE", "FAILED"]);

function addressIsKnown(target: Address): ReturnType<typeof factQuestion> {
  return factQuestion(`this node knows the link-layer address of ${printAddress(target)}`, "no ip neigh dump", true);
}

function macBytes(mac: string | null): readonly number[] {
  const bytes = (mac ?? "").split(":").map((byte) => Number.parseInt(byte, 16));
  return bytes.length === 6 ? bytes : [0, 0, 0, 0, 0, 0];
}
