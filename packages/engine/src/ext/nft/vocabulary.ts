/**
 * The words of nft's expressions, each with the datatype of its value as nft(8) names it. Source: nft(8), and of nftables
 * src/proto.c (payload), src/meta.c, src/ct.c, src/exthdr.c, src/tcpopt.c.
 */

type Words = ReadonlyMap<string, string>;

function words(lines: Readonly<Record<string, string>>): Words {
  return new Map(
    Object.entries(lines).flatMap(([type, names]) => names.split(" ").map((name) => [name, type] as const)),
  );
}

function tables(all: Readonly<Record<string, Readonly<Record<string, string>>>>): ReadonlyMap<string, Words> {
  return new Map(Object.entries(all).map(([name, lines]) => [name, words(lines)]));
}

const PORTS = { inet_service: "sport dport" };

/** `PROTOCOL FIELD`. */
export const PAYLOAD_FIELDS: ReadonlyMap<string, Words> = tables({
  ether: { ether_addr: "saddr daddr", ether_type: "type" },
  vlan: { integer: "id dei cfi pcp", ether_type: "type" },
  arp: {
    integer: "htype hlen plen",
    ether_type: "ptype",
    arp_op: "operation",
    ipv4_addr: "saddr daddr",
  },
  ip: {
    integer: "version hdrlength length id frag-off ttl checksum",
    dscp: "dscp",
    ecn: "ecn",
    inet_proto: "protocol",
    ipv4_addr: "saddr daddr",
  },
  ip6: {
    integer: "version flowlabel length hoplimit",
    dscp: "dscp",
    ecn: "ecn",
    inet_proto: "nexthdr",
    ipv6_addr: "saddr daddr",
  },
  icmp: { icmp_type: "type", icmp_code: "code", integer: "checksum id sequence gateway mtu" },
  icmpv6: {
    icmpv6_type: "type",
    icmpv6_code: "code",
    integer: "checksum parameter-problem packet-too-big id sequence max-delay mtu",
    ipv6_addr: "taddr daddr",
  },
  igmp: { igmp_type: "type", integer: "checksum mrt", ipv4_addr: "group" },
  ah: { inet_proto: "nexthdr", integer: "hdrlength reserved spi sequence" },
  esp: { integer: "spi sequence" },
  comp: { inet_proto: "nexthdr", integer: "flags cpi" },
  udp: { ...PORTS, integer: "length checksum" },
  udplite: { ...PORTS, integer: "csumcov checksum" },
  tcp: { ...PORTS, tcp_flag: "flags", integer: "sequence ackseq doff reserved window checksum urgptr" },
  dccp: { ...PORTS, dccp_pkttype: "type" },
  sctp: { ...PORTS, integer: "vtag checksum" },
  th: PORTS,
  gre: { integer: "flags version hdrlength", ether_type: "protocol" },
  gretap: {},
  vxlan: { integer: "flags vni" },
  geneve: { integer: "opt-len flags vni", ether_type: "type" },
});

/** Protocols whose payload is a packet of its own: `vxlan ip saddr`. */
export const TUNNELS: ReadonlySet<string> = new Set(["vxlan", "geneve", "gre", "gretap"]);

/** `meta KEY`. */
export const META_KEYS: Words = words({
  integer: "length cpu random cgroup ibrpvid ibrvid",
  ether_type: "protocol ibrvproto",
  nf_proto: "nfproto",
  inet_proto: "l4proto",
  classid: "priority",
  mark: "mark secmark",
  iface_index: "iif oif sdif",
  ifname: "iifname oifname ibrname obrname ibriport obriport sdifname iifkind oifkind",
  iface_type: "iiftype oiftype",
  uid: "skuid",
  gid: "skgid",
  boolean: "nftrace ipsec secpath broute",
  realm: "rtclassid",
  pkt_type: "pkttype",
  devgroup: "iifgroup oifgroup",
  time: "time",
  day: "day",
  hour: "hour",
  ether_addr: "ibrhwaddr ibrhwdr",
});

/** Keys of meta that may stand without it (nftables src/parser_bison.y, meta_key_unqualified). */
export const UNQUALIFIED_META: ReadonlySet<string> = new Set(
  (
    "mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace rtclassid ibriport obriport ibrname obrname " +
    "pkttype cpu iifgroup oifgroup cgroup"
  ).split(" "),
);

/** Keys of meta that nft 1.0.6 prints without `meta` (src/meta.c, meta_key_is_unqualified). */
export const BARE_META: ReadonlySet<string> = new Set(["iif", "iifname", "oif", "oifname", "iifgroup", "oifgroup"]);

/** `ct [original|reply] KEY`; of an address the family stands before it. */
export const CT_KEYS: Words = words({
  ct_state: "state",
  ct_dir: "direction",
  ct_status: "status",
  mark: "mark secmark",
  time: "expiration",
  string: "helper timeout expectation",
  nf_proto: "l3proto",
  ipv4_addr: "saddr daddr",
  inet_proto: "protocol",
  inet_service: "proto-src proto-dst",
  ct_label: "label",
  integer: "bytes packets avgpkt zone id",
  ct_event: "event",
});

/** Headers of IPv6 extensions, `HEADER FIELD`. A field with an index is `sid[1]`. */
export const EXTHDR_FIELDS: ReadonlyMap<string, Words> = tables({
  hbh: { inet_proto: "nexthdr", integer: "hdrlength" },
  rt: { inet_proto: "nexthdr", integer: "hdrlength type seg-left" },
  rt0: { ipv6_addr: "addr" },
  rt2: { ipv6_addr: "addr" },
  rt4: { integer: "last-entry flags tag", ipv6_addr: "sid" },
  srh: { integer: "last-entry flags tag", ipv6_addr: "sid" },
  frag: { inet_proto: "nexthdr", integer: "reserved frag-off reserved2 more-fragments id" },
  dst: { inet_proto: "nexthdr", integer: "hdrlength" },
  mh: { inet_proto: "nexthdr", integer: "hdrlength reserved checksum", mh_type: "type" },
});

/** `rt KEY`. */
export const RT_KEYS: Words = words({ realm: "classid", ip_addr: "nexthop", integer: "mtu", boolean: "ipsec" });

export const TCP_OPTION_FIELDS: ReadonlySet<string> = new Set(
  "kind length size count left right tsval tsecr subtype".split(" "),
);
export const IP_OPTION_FIELDS: ReadonlySet<string> = new Set("type length ptr addr value".split(" "));
export const SCTP_CHUNK_FIELDS: ReadonlySet<string> = new Set(
  (
    "type flags length tsn stream ssn ppid init-tag a-rwnd num-outbound-streams num-inbound-streams initial-tsn " +
    "cum-tsn-ack num-gap-ack-blocks num-dup-tsns lowest-tsn seqno new-cum-tsn"
  ).split(" "),
);

export const SOCKET_KEYS: Words = words({ boolean: "transparent wildcard", mark: "mark", cgroupsv2: "cgroupv2" });
export const FIB_FLAGS: ReadonlySet<string> = new Set(["saddr", "daddr", "mark", "iif", "oif"]);
export const FIB_RESULTS: Words = words({
  iface_index: "oif",
  ifname: "oifname",
  fib_addrtype: "type",
  boolean: "check",
});
export const OSF_KEYS: ReadonlySet<string> = new Set(["name", "version"]);
export const IPSEC_KEYS: Words = words({ ip_addr: "saddr daddr", integer: "reqid spi" });

/** Datatypes whose values are sets of bits: without an operator a match asks whether any of them is set. */
export const BIT_TYPES: ReadonlySet<string> = new Set(["ct_state", "ct_status", "ct_label", "ct_event", "tcp_flag"]);

/** Datatypes that `nft -j` has as the text prints them: also a number is a string there (nftables src/json.c, datatype_json). */
export const PRINTED_TYPES: ReadonlySet<string> = new Set(["iface_index", "realm", "classid", "cgroupsv2"]);

/** Datatypes of objects: what a map of them gives is a name. */
export const OBJECT_TYPES: ReadonlySet<string> = new Set(["counter", "quota", "limit", "secmark", "synproxy"]);

export const VERDICTS: ReadonlySet<string> = new Set(["accept", "drop", "continue", "return"]);
