/**
 * IP protocol names, as the tools print them: `getprotobynumber` over Debian's /etc/protocols (verified on iptables
 * 1.8.9, legacy and nft, both families). A number that is not here is printed as it is.
 */
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [2, "igmp"],
  [3, "ggp"],
  [4, "ipencap"],
  [5, "st"],
  [6, "tcp"],
  [8, "egp"],
  [9, "igp"],
  [12, "pup"],
  [17, "udp"],
  [20, "hmp"],
  [22, "xns-idp"],
  [27, "rdp"],
  [29, "iso-tp4"],
  [33, "dccp"],
  [36, "xtp"],
  [37, "ddp"],
  [38, "idpr-cmtp"],
  [41, "ipv6"],
  [43, "ipv6-route"],
  [44, "ipv6-frag"],
  [45, "idrp"],
  [46, "rsvp"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [57, "skip"],
  [58, "ipv6-icmp"],
  [59, "ipv6-nonxt"],
  [60, "ipv6-opts"],
  [73, "rspf"],
  [81, "vmtp"],
  [88, "eigrp"],
  [89, "ospf"],
  [93, "ax.25"],
  [94, "ipip"],
  [97, "etherip"],
  [98, "encap"],
  [103, "pim"],
  [108, "ipcomp"],
  [112, "vrrp"],
  [115, "l2tp"],
  [124, "isis"],
  [132, "sctp"],
  [133, "fc"],
  [135, "mobility-header"],
  [136, "udplite"],
  [137, "mpls-in-ip"],
  [138, "manet"],
  [139, "hip"],
  [140, "shim6"],
  [141, "wesp"],
  [142, "rohc"],
  [143, "ethernet"],
]);

/** Spellings that the tools accept beside the printed ones: aliases of /etc/protocols and of libxtables. */
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...[...NAMES].map(([number, name]): [string, number] => [name, number]),
  ["all", 0],
  ["ip", 0],
  ["ip-encap", 4],
  ["ipsec-esp", 50],
  ["ipsec-ah", 51],
  ["icmpv6", 58],
  ["cphb", 73],
  ["ospfigp", 89],
  ["mh", 135],
  ["ipv6-mh", 135],
]);

/** `tcp` for 6; the number itself where it has no name. */
export function printProtocol(number: number): string {
  return NAMES.get(number) ?? String(number);
}

/** A protocol by name in any case, or by number 0 … 255 (0: all); null when it is neither. */
export function parseProtocol(text: string): number | null {
  const named = NUMBERS.get(text) ?? NUMBERS.get(text.toLowerCase());
  if (named !== undefined) return named;
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : null;
}
