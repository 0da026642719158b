import type { Address, Family } from "../base/address.ts";
import type { Route } from "../model/routing.ts";
import type { Arrival, Packet, PktType } from "../program/packet.ts";
import { digestOfFlow } from "./conntrack/flow.ts";
import type { Flow } from "./conntrack/flow.ts";
import { DEFAULT_ZONE, printZone } from "./conntrack/zone.ts";
import type { Zone } from "./conntrack/zone.ts";

/** `struct sk_buff` as far as netfilter and routing look at it. The only mutable thing of a walk. */
export interface Skb {
  /** The header fields that have no place of their own here; another packet where a target rewrote the TCP header. */
  base: Packet;
  readonly family: Family;
  src: Address;
  dst: Address;
  sport: number | null;
  dport: number | null;
  icmpId: number | null;
  ttl: number;
  tos: number;
  mark: number;
  /** Null: the mark is known. Else why it is not (HMARK). */
  markUnknown: string | null;
  iif: string | null;
  oif: string | null;
  /** The device that its sender bound it to. */
  readonly boundTo: string | null;
  /** False: no route dump says where the packet leaves. */
  oifKnown: boolean;
  physin: string | null;
  /** The bridge port that it leaves by, where it is bridged. */
  physout: string | null;
  pktType: PktType;
  /** Came by a bridge's port, and its frame is for a host behind another one (`nf_bridge->pkt_otherhost`). */
  isForOther: boolean;
  smac: string | null;
  /** `skb->sk`; null: none. */
  socket: PacketSocket | null;
  /** Is its socket one of the kernel's own, which no process opened and nobody owns? */
  readonly isKernels: boolean;
  /** `skb->_nfct`; null: none yet. */
  ct: CtReference | null;
  /** IP_CT_UNTRACKED. */
  untracked: boolean;
  /** An answer to an untracked packet: `_nfct` says so much that CT targets leave it alone (xt_CT.c xt_ct_target). */
  refusesCt: boolean;
  /** From a CT target in raw. */
  zone: Zone;
  helper: string | null;
  route: RouteChoice | null;
  /** `ipvs_property`: IPVS has had it already. */
  ipvs: boolean;
  /** What it was put together from; null: it came whole. */
  gathered: Gathered | null;
  /** `ignore_df`: its sender lets it be cut, whatever the header says. */
  ignoreDf: boolean;
}

/** A socket of this node: its sender's, or one that was found for it. */
export interface PacketSocket {
  /** Null: nobody says. */
  readonly uid: number | null;
  readonly gid: number | null;
  /** What TPROXY or early demux found, which rules need not look for again; null: it is the sender's. */
  readonly found: FoundSocket | null;
}

/** A socket that the kernel finds for a packet. */
export interface FoundSocket {
  /** As `ss` lists it: `127.0.0.1:42133`. */
  readonly text: string;
  /** Null: the listing does not say. */
  readonly transparent: boolean | null;
  /** A listener on every address; null: nobody says. */
  readonly isWildcard: boolean | null;
  /** SO_MARK; null: it has none, or nobody says. */
  readonly mark: number | null;
  /** Null: the listing does not say. */
  readonly uid: number | null;
}

export interface Gathered {
  /** Bytes behind the IP header of each fragment, in order; null: the boundaries are lost. */
  readonly sizes: readonly number[] | null;
  /** Bytes of the largest one with its headers: `frag_max_size`. */
  readonly largest: number;
}

export interface CtReference {
  readonly flow: Flow;
  readonly direction: "original" | "reply";
  readonly state: "new" | "established" | "related";
}

/** `skb_dst`: what routing decided. */
export type RouteChoice = (RouteTarget | { readonly type: "refused" }) & {
  readonly oif: string | null;
  readonly via: Address | null;
  readonly route: Route | null;
};

/** Who is a member of a group is asked of the one that it leads to, whatever the packet's destination is by now. */
export type RouteTarget =
  { readonly type: "local" | "forward" | "broadcast" } | { readonly type: "multicast"; readonly group: Address };

export function newSkb(packet: Packet, arrival: Arrival): Skb {
  return {
    base: packet,
    family: packet.family,
    src: packet.src,
    dst: packet.dst,
    sport: packet.sport,
    dport: packet.dport,
    icmpId: packet.icmpId,
    ttl: packet.ttl,
    tos: packet.tos,
    mark: arrival.mark,
    markUnknown: null,
    iif: arrival.iif,
    oif: null,
    boundTo: null,
    oifKnown: true,
    physin: arrival.physin,
    physout: null,
    pktType: arrival.pktType,
    isForOther: false,
    smac: arrival.smac,
    socket: arrival.iif === null ? { uid: arrival.uid, gid: arrival.gid, found: null } : null,
    isKernels: false,
    ct: null,
    untracked: false,
    refusesCt: false,
    zone: DEFAULT_ZONE,
    helper: null,
    route: null,
    ipvs: false,
    gathered: null,
    ignoreDf: false,
  };
}

/** The packet as it is now. */
export function packetOf(skb: Skb): Packet {
  const { src, dst, sport, dport, icmpId, ttl, tos } = skb;
  return { ...skb.base, src, dst, sport, dport, icmpId, ttl, tos };
}

/** Every field that the rest of a walk can depend on, as text. */
export function digestOf(skb: Skb): string {
  const { ct } = skb;
  const flow = ct === null ? "" : `${ct.direction}${ct.state}${digestOfFlow(ct.flow)}`;
  const route = skb.route === null ? "" : digestOfRoute(skb.route);
  return [
    skb.src,
    skb.dst,
    skb.sport,
    skb.dport,
    skb.icmpId,
    skb.ttl,
    skb.tos,
    skb.base.tcpFlags,
    skb.base.tcpOptions,
    skb.mark,
    skb.markUnknown,
    skb.iif,
    skb.oif,
    skb.oifKnown,
    skb.physin,
    skb.pktType,
    skb.physout,
    skb.isForOther,
    skb.socket === null ? "" : `socket ${skb.socket.found?.text ?? ""}`,
    skb.untracked,
    skb.refusesCt,
    printZone(skb.zone),
    skb.helper,
    skb.ipvs,
    flow,
    route,
  ].join("|");
}

function digestOfRoute(route: RouteChoice): string {
  const group = route.type === "multicast" ? String(route.group) : "";
  return `${route.type} ${group} ${String(route.oif)} ${String(route.via)}`;
}
