/** The words of nft's datatypes, as `nft describe TYPE` lists them (src/datatype.c, src/proto.c, src/ct.c, src/meta.c, src/fib.c). */
export type Symbols = ReadonlyMap<string, number>;

const numbered = (words: string, start = 0): [string, number][] =>
  words.split(" ").map((word, at) => [word, start + at]);

export const ICMP_TYPES: Symbols = new Map([
  ["echo-reply", 0],
  ["destination-unreachable", 3],
  ["source-quench", 4],
  ["redirect", 5],
  ...numbered(
    "echo-request router-advertisement router-solicitation time-exceeded parameter-problem timestamp-request " +
      "timestamp-reply info-request info-reply address-mask-request address-mask-reply",
    8,
  ),
]);

export const ICMP_CODES: Symbols = new Map([
  ...numbered("net-unreachable host-unreachable prot-unreachable port-unreachable frag-needed"),
  ["net-prohibited", 9],
  ["host-prohibited", 10],
  ["admin-prohibited", 13],
]);

export const ICMP6_TYPES: Symbols = new Map([
  ...numbered("destination-unreachable packet-too-big time-exceeded parameter-problem", 1),
  ...numbered(
    "echo-request echo-reply mld-listener-query mld-listener-report mld-listener-done nd-router-solicit nd-router-advert " +
      "nd-neighbor-solicit nd-neighbor-advert nd-redirect router-renumbering",
    128,
  ),
  ["mld-listener-reduction", 132],
  ["ind-neighbor-solicit", 141],
  ["ind-neighbor-advert", 142],
  ["mld2-listener-report", 143],
]);

export const ICMP6_CODES: Symbols = new Map([
  ["no-route", 0],
  ["admin-prohibited", 1],
  ...numbered("addr-unreachable port-unreachable policy-fail reject-route", 3),
]);

export const ICMPX_CODES: Symbols = new Map(numbered("no-route port-unreachable host-unreachable admin-prohibited"));

export const CT_STATES: Symbols = new Map([
  ["invalid", 1],
  ["established", 2],
  ["related", 4],
  ["new", 8],
  ["untracked", 64],
]);

export const CT_STATUS: Symbols = new Map([
  ["expected", 1],
  ["seen-reply", 2],
  ["assured", 4],
  ["confirmed", 8],
  ["snat", 16],
  ["dnat", 32],
  ["dying", 0x200],
]);

export const DIRECTIONS: Symbols = new Map(numbered("original reply"));

export const TCP_FLAGS: Symbols = new Map([
  ["fin", 1],
  ["syn", 2],
  ["rst", 4],
  ["psh", 8],
  ["ack", 16],
  ["urg", 32],
  ["ecn", 64],
  ["cwr", 128],
]);

export const PKT_TYPES: Symbols = new Map([
  ...numbered("host broadcast multicast other"),
  ["unicast", 0],
  ["otherhost", 3],
]);

export const NF_PROTOS: Symbols = new Map([
  ["ipv4", 2],
  ["ipv6", 10],
]);

export const ETHER_TYPES: Symbols = new Map([
  ["ip", 0x0800],
  ["arp", 0x0806],
  ["ip6", 0x86dd],
  ["8021q", 0x8100],
  ["vlan", 0x8100],
  ["8021ad", 0x88a8],
]);

export const ADDRESS_TYPES: Symbols = new Map(
  numbered("unspec unicast local broadcast anycast multicast blackhole unreachable prohibit"),
);

/** RFC 2474, 2597, 3246, 8622, 5865. */
export const DSCP_CLASSES: Symbols = new Map([
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n): [string, number] => [`cs${String(n)}`, n << 3]),
  ...[1, 2, 3, 4].flatMap((n) =>
    [1, 2, 3].map((drop): [string, number] => [`af${String(n)}${String(drop)}`, (n << 3) | (drop << 1)]),
  ),
  ["df", 0],
  ["be", 0],
  ["lephb", 1],
  ["va", 44],
  ["ef", 46],
]);

export const ECN_CODES: Symbols = new Map(numbered("not-ect ect1 ect0 ce"));

export const BOOLEANS: Symbols = new Map(numbered("missing exists"));

export const IGMP_TYPES: Symbols = new Map([
  ["membership-query", 17],
  ["membership-report-v1", 18],
  ["membership-report-v2", 22],
  ["leave-group", 23],
  ["membership-report-v3", 34],
]);

export const MH_TYPES: Symbols = new Map(
  numbered(
    "binding-refresh-request home-test-init careof-test-init home-test careof-test binding-update binding-acknowledgement " +
      "binding-error fast-binding-update fast-binding-acknowledgement fast-binding-advertisement " +
      "experimental-mobility-header home-agent-switch-message",
  ),
);

export const DCCP_TYPES: Symbols = new Map(
  numbered("request response data ack dataack closereq close reset sync syncack"),
);

export const DAYS: Symbols = new Map(numbered("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"));

/** ARPHRD_*, include/uapi/linux/if_arp.h. */
export const LINK_TYPES: Symbols = new Map([
  ["ether", 1],
  ["ppp", 512],
  ["ipip", 768],
  ["ipip6", 769],
  ["loopback", 772],
  ["sit", 776],
  ["ipgre", 778],
]);
