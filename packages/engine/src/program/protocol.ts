/** IP protocol numbers that something here treats specially (IANA; the kernel's IPPROTO_*). */
export const PROTO = {
  hopByHop: 0,
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  ipcomp: 108,
  mobility: 135,
  sctp: 132,
  udplite: 136,
} as const;

/** ICMP types whose header carries a query id: net/netfilter/nf_conntrack_proto_icmp.c and …_icmpv6.c, `invmap`. */
export const ICMP_QUERIES: ReadonlySet<number> = new Set([0, 8, 13, 14, 15, 16, 17, 18]);
export const ICMP6_QUERIES: ReadonlySet<number> = new Set([128, 129]);

/** Does an ICMP message of this type carry a query id? */
export function hasIcmpId(proto: number, type: number): boolean {
  if (proto === PROTO.icmp) return ICMP_QUERIES.has(type);
  return proto === PROTO.icmp6 && ICMP6_QUERIES.has(type);
}

/** ICMP types that complain of another packet: icmp_is_err (include/linux/icmp.h). */
export const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
/** Of IPv6 all below this do: ICMPV6_INFOMSG_MASK. */
export const FIRST_ICMP6_INFORMATION = 128;

/** ICMPv6's redirect (include/net/ndisc.h): it quotes a packet, in an option. */
export const NDISC_REDIRECT = 137;

/** Does an ICMP message of this type quote a packet that it complains of? */
export function isIcmpError(proto: number, type: number): boolean {
  if (proto === PROTO.icmp) return ICMP_ERRORS.has(type);
  return proto === PROTO.icmp6 && type < FIRST_ICMP6_INFORMATION;
}

/** Protocols whose ports conntrack and NAT know: all with ports but DCCP, which the kernel has forgotten (Linux 6.17). */
export function hasTrackedPorts(proto: number): boolean {
  return proto !== PROTO.dccp && hasPorts(proto);
}

/** Protocols whose header starts with two ports. */
export function hasPorts(proto: number): boolean {
  return (
    proto === PROTO.tcp ||
    proto === PROTO.udp ||
    proto === PROTO.udplite ||
    proto === PROTO.sctp ||
    proto === PROTO.dccp
  );
}
