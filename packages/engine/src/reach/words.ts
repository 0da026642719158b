import { single } from "../base/ranges.ts";
import { PROTO } from "../program/protocol.ts";
import type { Fared, Port, Question, Translation } from "./query.ts";

/** What a question begins with, behind words that mean nothing. */
export const QUESTIONS: ReadonlyMap<string, Question> = new Map<string, Question>([
  ["which", "which"],
  ["what", "which"],
  ["who", "who"],
  ["any", "any"],
  ["anything", "any"],
  ["anyone", "any"],
  ["anybody", "any"],
  ["some", "any"],
  ["something", "any"],
  ["somebody", "any"],
  ["every", "every"],
  ["each", "every"],
  ["all", "every"],
  ["no", "no"],
  ["nothing", "no"],
  ["nobody", "no"],
]);

/**
 * What alone asks for any: “can 10.0.0.1 reach 10.0.0.2”. `is` and `does` may mean each as well. Where no outcome is named, it
 * asks who gets through: “who can ssh to the node”.
 */
export const CAN: ReadonlySet<string> = new Set(["can", "could"]);

/** Words that make a sentence of it and say nothing. */
export const FILL: ReadonlySet<string> = new Set(
  "a an are be but can come could coming did do does get gets is it its of own packet packets that the there traffic was were will".split(
    " ",
  ),
);

/** Only before a number does it mean something: `port 80`, but "the node's own ports". */
export const PORT_WORDS: ReadonlySet<string> = new Set(["port", "ports"]);

export const EXCEPT: ReadonlySet<string> = new Set(["except", "excluding", "other"]);

/** Between a verb and what it is about. */
export const PREPOSITIONS: ReadonlySet<string> = new Set([
  "at",
  "by",
  "in",
  "into",
  "of",
  "on",
  "through",
  "to",
  "via",
]);

/** This node, behind `from`, `to` or `reach`. */
export const NODE: ReadonlySet<string> = new Set(["node", "node's", "host", "host's", "itself"]);

/** The verbs of a target; the first is how it is printed. */
export const REACH: readonly string[] = ["reach", "reaches", "reached", "access", "connect", "contact", "talk"];

/** Outcomes that are one word, each with the words that mean the same: the first is how it is printed. */
export const FARED: ReadonlyMap<Fared, readonly string[]> = new Map<Fared, readonly string[]>([
  ["accepted", ["accepted", "allowed"]],
  ["delivered", ["delivered"]],
  ["forwarded", ["forwarded"]],
  ["sent", ["sent"]],
  ["dropped", ["dropped"]],
  ["rejected", ["rejected"]],
  ["queued", ["queued"]],
  ["undecided", ["undecided"]],
  ["untracked", ["untracked", "notrack"]],
]);

export const TRANSLATIONS: ReadonlyMap<Translation, readonly string[]> = new Map<Translation, readonly string[]>([
  ["masqueraded", ["masqueraded", "masquerade"]],
  ["snatted", ["snatted", "snat"]],
  ["dnatted", ["dnatted", "dnat"]],
]);

/** Dropped or rejected. */
export const BLOCKED: readonly string[] = ["blocked", "denied"];

/** Protocols that can stand alone, and before `/PORT`. Any other: `proto NAME`. */
export const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["tcp", PROTO.tcp],
  ["udp", PROTO.udp],
  ["icmp", PROTO.icmp],
  ["icmpv6", PROTO.icmp6],
  ["sctp", PROTO.sctp],
  ["udplite", PROTO.udplite],
  ["dccp", PROTO.dccp],
  ["gre", PROTO.gre],
  ["esp", PROTO.esp],
  ["ah", PROTO.ah],
  ["igmp", PROTO.igmp],
]);

/** Ports by what they are for (IANA). DHCP: both ends, as the node serves or asks. */
export const SERVICES: ReadonlyMap<string, readonly Port[]> = new Map([
  ["dns", both(53)],
  ["dhcp", [{ protocol: PROTO.udp, ranges: [{ from: 67, to: 68 }] }]],
  ["dhcpv6", [{ protocol: PROTO.udp, ranges: [{ from: 546, to: 547 }] }]],
  ["ssh", tcp(22)],
  ["http", tcp(80)],
  ["https", tcp(443)],
  ["ntp", [{ protocol: PROTO.udp, ranges: [single(123)] }]],
  ["bgp", tcp(179)],
  ["kubelet", tcp(10_250)],
  ["etcd", [{ protocol: PROTO.tcp, ranges: [{ from: 2379, to: 2380 }] }]],
  ["ping", [{ protocol: PROTO.icmp, ranges: [single(8)] }]],
]);

function tcp(port: number): readonly Port[] {
  return [{ protocol: PROTO.tcp, ranges: [single(port)] }];
}

function both(port: number): readonly Port[] {
  return [PROTO.udp, PROTO.tcp].map((protocol) => ({ protocol, ranges: [single(port)] }));
}
