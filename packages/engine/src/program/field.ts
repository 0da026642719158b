/** The names by which tests and values read a packet. */

/** Why a snapshot cannot answer; a message id. */
export type UnknownWhy =
  | "rate" // limit, hashlimit, quota …: depends on the traffic before
  | "counter" // connbytes, nth, recent …: kernel state that no dump holds
  | "clock"
  | "socket" // needs the owning socket
  | "ipsec"
  | "cpu"
  | "hash" // a kernel seed
  | "extension" // a module that is not known here
  | "malformed"
  | "object"; // refers to an object outside the snapshot (pinned BPF, nfacct …)

/** Unsigned 32-bit at most. `pktType` is the kernel's PACKET_*: host 0, broadcast 1, multicast 2, otherhost 3. */
export type NumberField =
  | "proto"
  /** As nft reads it: an authentication header of IPv6 is the last one (nft_set_pktinfo_ipv6, IP6_FH_F_AUTH). */
  | "l4Proto"
  | "sport"
  | "dport"
  | "tcpFlags"
  /** The bytes where ports and flags would stand, even of a later fragment (nft_payload_fast_eval looks no closer). */
  | "payloadSport"
  | "payloadDport"
  | "payloadTcpFlags"
  | "icmpType"
  | "icmpCode"
  | "ttl"
  | "tos"
  | "length"
  | "mark"
  | "ctmark"
  | "pktType"
  | "ahSpi"
  | "espSpi"
  | "tcpMss"
  | "sctpChunk"
  | "dccpType"
  | "rtType"
  | "mhType"
  | "ipcompCpi"
  | "realm"
  | "devgroupIn"
  | "devgroupOut"
  | "cgroup"
  | "skPriority"
  /** ARPHRD_* of the device; none where there is no device. */
  | "linkTypeIn"
  | "linkTypeOut"
  /** Of the socket's owner; none without a socket. */
  | "skUid"
  | "skGid"
  /** Of the packet's route; none before it has one. */
  | "classid"
  | "ctState"
  | "ctStatus"
  | "ctDirection"
  | "ctProtocol"
  | "ctFamily";

export type AddressField = "src" | "dst";
export type InterfaceSide = "in" | "out" | "physin" | "physout";
export type Direction = "src" | "dst";
