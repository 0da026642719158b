import type { PlainPhraseId } from "../../messages/explain/phrase.ts";

/** Fields of headers, `PROTOCOL FIELD`, that have a name of their own; the others are said as fields of their header. */
export const PAYLOAD_NOUNS: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ...each("ip ip6", "saddr", "the-source-address"),
  ...each("ip ip6", "daddr", "the-destination-address"),
  ...each("th tcp udp udplite sctp dccp", "sport", "the-source-port"),
  ...each("th tcp udp udplite sctp dccp", "dport", "the-destination-port"),
  ...each("ip ip6", "dscp", "the-dscp"),
  ...each("ip ip6", "ecn", "the-ecn"),
  ...each("icmp icmpv6", "type", "the-icmp-type"),
  ...each("icmp icmpv6", "code", "the-icmp-code"),
  ["ether saddr", "the-source-mac"],
  ["ether daddr", "the-destination-mac"],
  ["ether type", "the-ether-type"],
  ["vlan id", "the-vlan"],
  ["ip protocol", "the-protocol"],
  ["ip6 nexthdr", "the-protocol"],
  ["ip ttl", "the-ttl"],
  ["ip6 hoplimit", "the-hop-limit"],
  ["ip length", "the-length"],
  ["tcp flags", "the-tcp-flags"],
  ["arp operation", "the-arp-operation"],
  ...each("arp", "saddr ip", "the-arp-source"),
  ...each("arp", "daddr ip", "the-arp-target"),
  ...each("arp", "saddr ether", "the-arp-source-mac"),
  ...each("arp", "daddr ether", "the-arp-target-mac"),
]);

function each(protocols: string, field: string, id: PlainPhraseId): readonly (readonly [string, PlainPhraseId])[] {
  return protocols.split(" ").map((protocol) => [`${protocol} ${field}`, id]);
}

/** `meta KEY`. */
export const META_NOUNS: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["length", "the-length"],
  ["protocol", "the-ether-type"],
  ["nfproto", "the-version"],
  ["l4proto", "the-protocol"],
  ["priority", "the-queueing-class"],
  ["mark", "the-mark"],
  ["iif", "the-in-device"],
  ["iifname", "the-in-device"],
  ["oif", "the-out-device"],
  ["oifname", "the-out-device"],
  ["iifgroup", "the-in-group"],
  ["oifgroup", "the-out-group"],
  ["iiftype", "the-in-type"],
  ["oiftype", "the-out-type"],
  ["iifkind", "the-in-kind"],
  ["oifkind", "the-out-kind"],
  ["ibrname", "the-in-bridge"],
  ["ibriport", "the-in-bridge"],
  ["obrname", "the-out-bridge"],
  ["obriport", "the-out-bridge"],
  ["sdif", "the-slave-device"],
  ["sdifname", "the-slave-device"],
  ["rtclassid", "the-realm"],
  ["pkttype", "the-link-type"],
  ["skuid", "the-user"],
  ["skgid", "the-group"],
  ["cgroup", "the-cgroup"],
  ["cpu", "the-cpu"],
  ["random", "the-random"],
  ["nftrace", "the-trace"],
  ["secmark", "the-secmark"],
  ["time", "the-time"],
  ["day", "the-day"],
  ["hour", "the-hour"],
]);

/** `ct KEY` of the connection as a whole. */
export const CT_NOUNS: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["state", "the-ct-state"],
  ["direction", "the-ct-direction"],
  ["status", "the-ct-status"],
  ["mark", "the-ctmark"],
  ["helper", "the-ct-helper"],
  ["label", "the-ct-label"],
  ["zone", "the-ct-zone"],
  ["id", "the-ct-id"],
  ["expiration", "the-ct-expiration"],
  ["event", "the-ct-events"],
]);

/** `ct [original|reply] KEY` of which there may be one a direction. */
export const CT_DIRECTED: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["saddr", "ct-source"],
  ["daddr", "ct-destination"],
  ["proto-src", "ct-source-port"],
  ["proto-dst", "ct-destination-port"],
  ["bytes", "ct-byte-count"],
  ["packets", "ct-packet-count"],
  ["avgpkt", "ct-average"],
  ["zone", "ct-zone-number"],
  ["protocol", "ct-protocol-number"],
  ["l3proto", "ct-ip-version"],
]);

export const RT_NOUNS: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["classid", "the-realm"],
  ["nexthop", "the-next-hop"],
  ["mtu", "the-route-mtu"],
]);
