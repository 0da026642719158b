import type { Address, Family } from "../base/address.ts";

/** What a person says of a packet. Everything that a header holds and a rule can look at; null is "the header has no such field". */
export interface Packet {
  readonly family: Family;
  readonly src: Address;
  readonly dst: Address;
  /** Protocol number (IPv6: of the last header). */
  readonly proto: number;
  /** tcp, udp, udplite, sctp, dccp; else null. */
  readonly sport: number | null;
  readonly dport: number | null;
  /** TCP flag byte, FIN 1 … CWR 128; null for other protocols. */
  readonly tcpFlags: number | null;
  /** icmp and ipv6-icmp; else null. */
  readonly icmpType: number | null;
  readonly icmpCode: number | null;
  /** ICMP query id; null for ICMP types without one. */
  readonly icmpId: number | null;
  /** TTL or hop limit. */
  readonly ttl: number;
  /** The whole TOS or traffic class byte. */
  readonly tos: number;
  /** IPv4 identification. */
  readonly id: number;
  readonly dontFragment: boolean;
  /** Bytes after the L4 header. */
  readonly payload: Uint8Array;
  /** TCP options as bytes, padded to a multiple of 4. */
  readonly tcpOptions: Uint8Array;
  /** IPv4 header options as bytes, padded to a multiple of 4; absent: none. */
  readonly ipOptions?: Uint8Array;
  /** Null: not a fragment. Of a later one `payload` is everything after the IP header. */
  readonly fragment: Fragment | null;
  /** `none`: UDP checksum 0. */
  readonly l4Checksum: "good" | "bad" | "none";
  /** Cut the packet after so many bytes of L4 header; null: whole. */
  readonly truncateL4: number | null;
  /** IPv6 extension headers in front of the last header, in order. Empty for IPv4. */
  readonly extensionHeaders: readonly ExtensionHeader[];
}

/** A part of a packet that was cut. */
export interface Fragment {
  /** In units of 8 bytes. */
  readonly offset: number;
  readonly more: boolean;
  /**
   * Of a first fragment: the bytes that the others hold, where they are known. The length and the checksum in the
   * transport header are those of the whole packet; without this they are those of what is here.
   */
  readonly rest?: Uint8Array;
}

export interface ExtensionHeader {
  /** 0 hop-by-hop, 43 routing, 60 destination options, 51 AH … */
  readonly type: number;
  /** What follows its next-header and length bytes, padded so that the header is a multiple of 8 bytes (AH: of 4). */
  readonly body: Uint8Array;
}

/** How a packet comes into the node's IP stack. */
export interface Arrival {
  /** The device that it enters by; null: made on this node. */
  readonly iif: string | null;
  /** The bridge port, where `iif` is a bridge with br_netfilter. */
  readonly physin: string | null;
  /** `skb->mark` before the first hook: what BPF, a socket (SO_MARK) or the driver set. */
  readonly mark: number;
  /** From the destination MAC. Only `host` packets are forwarded. */
  readonly pktType: PktType;
  /** `aa:bb:cc:dd:ee:ff`; null: unknown. */
  readonly smac: string | null;
  /** Owner of the sending socket, for local packets; null: no socket or not said. */
  readonly uid: number | null;
  readonly gid: number | null;
}

export type PktType = "host" | "broadcast" | "multicast" | "otherhost";

/** By number: PACKET_HOST … (include/uapi/linux/if_packet.h). */
export const PKT_TYPES: readonly PktType[] = ["host", "broadcast", "multicast", "otherhost"];

export const PKT_TYPE: Readonly<Record<PktType, number>> = { host: 0, broadcast: 1, multicast: 2, otherhost: 3 };
