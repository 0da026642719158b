import type { Saved } from "../pattern.ts";
import { HEX, hex, NOT, not, range } from "./phrase.ts";
import type { Phrase } from "./phrase.ts";

const ADDRESS = "[0-9a-f:.]+";
const ALL_BITS = 0xffff_ffff;

/** `eth*` as iptables spells a prefix; nft escapes a `*` that is part of the name. */
function device(option: string): Saved {
  return (operator = "", name = "") => {
    const prefix = name.endsWith("*") && !name.endsWith("\\*");
    const plain = prefix ? `${name.slice(0, -1)}+` : name.replaceAll(/\\(.)/g, "$1").replace(/\\\*$/, "*");
    return `${not(operator)} ${option} ${plain}`;
  };
}

/** `0x10000000/4`: nft prints a mask whose bits are the highest ones as the length of a prefix. */
function prefixMark(match: string): Saved {
  return (operator = "", value = "", length = "") => {
    const mask = length === "0" ? 0 : ALL_BITS << (32 - Number(length));
    return `-m ${match} ${not(operator)} --mark ${value}/${hex(mask)}`;
  };
}

function marks(shown: string, match: string): readonly Phrase[] {
  return [
    {
      shown: `${shown} ${NOT}(${HEX}|\\d+)`,
      saved: (operator = "", value = "") => `-m ${match} ${not(operator)} --mark ${value}`,
    },
    { shown: `${shown} ${NOT}(${HEX}|\\d+)/(\\d+)`, saved: prefixMark(match) },
    {
      shown: `${shown} & (\\w+) (==|!=) (\\w+)`,
      saved: (mask = "", operator = "", value = "") => `-m ${match} ${not(operator)} --mark ${value}/${mask}`,
    },
  ];
}

/** Ports of one protocol; several of them, or a range beside others, are `-m multiport`. */
const PORTS: readonly Phrase[] = [
  {
    shown: "(tcp|udp|sctp|dccp) (sport|dport) (!= |<= |>= )?(\\d+(?:-\\d+)?)",
    saved: (proto = "", side = "", operator = "", ports = "") =>
      `-m ${proto} ${not(operator.replace(/^[<>]= /, ""))} --${side} ${operator === "<= " ? "0:" : ""}${range(ports)}${operator === ">= " ? ":65535" : ""}`,
  },
  {
    shown: "(?:tcp|udp|sctp|dccp|udplite) (sport|dport) (!= )?\\{ (.*) \\}",
    saved: (side = "", operator = "", ports = "") =>
      `-m multiport ${not(operator)} --${side}s ${ports.replaceAll("-", ":").replaceAll(" ", "")}`,
  },
  {
    shown: "udplite (sport|dport) (!= )?(\\d+(?:-\\d+)?)",
    saved: (side = "", operator = "", ports = "") => `-m multiport ${not(operator)} --${side}s ${range(ports)}`,
  },
];

const TCP_FLAGS: readonly Phrase[] = [
  {
    shown: "tcp flags & ([a-z,]+) (==|!=) ([a-z,]+)",
    saved: (mask = "", operator = "", set = "") =>
      `-m tcp ${not(operator)} --tcp-flags ${mask.toUpperCase()} ${set.toUpperCase()}`,
  },
  {
    shown: "tcp flags & ([a-z,]+) (==|!=) 0x0",
    saved: (mask = "", operator = "") => `-m tcp ${not(operator)} --tcp-flags ${mask.toUpperCase()} NONE`,
  },
  // A list of flags asks for any of them; `!` for none.
  { shown: "tcp flags ! ([a-z,]+)", saved: (flags = "") => `-m tcp --tcp-flags ${flags.toUpperCase()} NONE` },
  {
    shown: "tcp flags ((?!ecn|cwr)[a-z]+(?:,[a-z]+)+)",
    saved: (flags = "") => `-m tcp ! --tcp-flags ${flags.toUpperCase()} NONE`,
  },
  // `-m tcp --tcp-flags ECE ECE` cannot be written, so that these two are -m ecn.
  {
    shown: "tcp flags (!= )?(ecn|cwr)",
    saved: (operator = "", flag = "") => `-m ecn ${not(operator)} --ecn-tcp-${flag === "ecn" ? "ece" : "cwr"}`,
  },
];

/** libxt_conntrack.c shows each of its options as a statement of its own. */
const CONNTRACK: readonly Phrase[] = [
  {
    shown: `ct state ${NOT}([a-z,]+)`,
    saved: (operator = "", states = "") => `-m conntrack ${not(operator)} --ctstate ${states.toUpperCase()}`,
  },
  // Where --ctstate has SNAT or DNAT nothing else of it is shown, and its negation is lost.
  { shown: `ct status ${NOT}.*(?:snat|dnat).*`, saved: null, of: "-m conntrack", lost: "meaning" },
  {
    shown: `ct status ${NOT}([a-z,-]+)`,
    saved: (operator = "", status = "") =>
      `-m conntrack ${not(operator)} --ctstatus ${status.toUpperCase().replaceAll("-", "_")}`,
  },
  {
    shown: "ct direction (original|reply)",
    saved: (direction = "") => `-m conntrack --ctdir ${direction.toUpperCase()}`,
  },
  {
    shown: "ct (?:original|reply) protocol (!= )?(\\S+)",
    saved: (operator = "", proto = "") => `-m conntrack ${not(operator)} --ctproto ${proto}`,
  },
  {
    shown: `ct (original|reply) (?:ip6? )?(saddr|daddr) (!= )?(\\S+)`,
    saved: (direction = "", side = "", operator = "", address = "") =>
      `-m conntrack ${not(operator)} --ct${direction === "reply" ? "repl" : "orig"}${side === "saddr" ? "src" : "dst"} ${address}`,
  },
  {
    shown: "ct (original|reply) proto-(src|dst) (!= )?(\\S+)",
    saved: (direction = "", side = "", operator = "", ports = "") =>
      `-m conntrack ${not(operator)} --ct${direction === "reply" ? "repl" : "orig"}${side}port ${range(ports)}`,
  },
  {
    shown: "ct expiration (!= )?(\\S+)",
    saved: (operator = "", time = "") => `-m conntrack ${not(operator)} --ctexpire ${range(time)}`,
  },
];

const PKT_TYPES: ReadonlyMap<string, string> = new Map([
  ["3", "otherhost"],
  ["other", "otherhost"],
  ["host", "unicast"],
]);

const RANDOM_ONE = 2 ** 31;

/** `meta random & 2147483647 < N` as the probability that iptables-save prints. */
function random(operator = "", count = ""): string {
  return `-m statistic --mode random ${operator === ">=" ? "!" : ""} --probability ${(Number(count) / RANDOM_ONE).toFixed(11)}`;
}

/** Parts of a rule that iptables keeps outside of matches. */
export const headerPhrases: readonly Phrase[] = [
  {
    shown: `ip6? saddr (!= )?(${ADDRESS}(?:/\\d+)?)`,
    saved: (operator = "", net = "") => `${not(operator)} -s ${net}`,
  },
  {
    shown: `ip6? daddr (!= )?(${ADDRESS}(?:/\\d+)?)`,
    saved: (operator = "", net = "") => `${not(operator)} -d ${net}`,
  },
  {
    shown: `ip6? (saddr|daddr) & (${ADDRESS}) (==|!=) (${ADDRESS})`,
    saved: (side = "", mask = "", operator = "", net = "") =>
      `${not(operator)} ${side === "saddr" ? "-s" : "-d"} ${net}/${mask}`,
  },
  {
    shown: `ip6? (saddr|daddr) (!= )?(${ADDRESS}-${ADDRESS})`,
    saved: (side = "", operator = "", addresses = "") =>
      `-m iprange ${not(operator)} --${side === "saddr" ? "src" : "dst"}-range ${addresses}`,
  },
  { shown: 'meta iifname (!= )?"(.*)"', saved: device("-i") },
  { shown: 'meta oifname (!= )?"(.*)"', saved: device("-o") },
  { shown: "meta l4proto (!= )?([\\w.-]+)", saved: (operator = "", proto = "") => `${not(operator)} -p ${proto}` },
  {
    shown: "ip frag-off & (?:8191|0x1fff) (==|!=) 0x?0?",
    saved: (operator = "") => `${operator === "==" ? "!" : ""} -f`,
  },
];

/** Matches, each as nft shows it. The first that fits holds: particular ones stand before general ones. */
export const matchPhrases: readonly Phrase[] = [
  ...marks("meta mark", "mark"),
  ...marks("ct mark", "connmark"),
  ...CONNTRACK,
  ...PORTS,
  ...TCP_FLAGS,
  // With both --src-type and --dst-type only the first is shown.
  { shown: "fib saddr.* type .*", saved: null, of: "-m addrtype", lost: "meaning" },
  {
    shown: "fib daddr type (!= )?(\\w+)",
    saved: (operator = "", type = "") => `-m addrtype ${not(operator)} --dst-type ${type.toUpperCase()}`,
  },
  {
    shown: "fib daddr . ([io])if type (!= )?(\\w+)",
    saved: (side = "", operator = "", type = "") =>
      `-m addrtype ${not(operator)} --dst-type ${type.toUpperCase()} --limit-iface-${side === "i" ? "in" : "out"}`,
  },
  // Types behind PROHIBIT are not shown.
  {
    shown: "fib daddr type (!= )?\\{ ((?:(?!prohibit)[\\w, ])+) \\}",
    saved: (operator = "", types = "") =>
      `-m addrtype ${not(operator)} --dst-type ${types.toUpperCase().replaceAll(" ", "")}`,
  },
  { shown: "fib daddr.* type .*", saved: null, of: "-m addrtype", lost: "meaning" },
  { shown: "fib saddr(?: \\. iif)? oif .*", saved: null, of: "-m rpfilter", lost: "meaning" },
  { shown: "limit rate (\\d+)/(\\w+) burst (\\d+) packets", saved: "-m limit --limit $1/$2 --limit-burst $3" },
  { shown: "ip ttl (!= )?(\\d+)", saved: (operator = "", ttl = "") => `-m ttl ${not(operator)} --ttl-eq ${ttl}` },
  {
    shown: "ip ttl ([<>]) (\\d+)",
    saved: (operator = "", ttl = "") => `-m ttl --ttl-${operator === "<" ? "lt" : "gt"} ${ttl}`,
  },
  { shown: "ip6 hoplimit (!= )?(\\d+)", saved: (operator = "", ttl = "") => `-m hl ${not(operator)} --hl-eq ${ttl}` },
  {
    shown: "ip6 hoplimit ([<>]) (\\d+)",
    saved: (operator = "", ttl = "") => `-m hl --hl-${operator === "<" ? "lt" : "gt"} ${ttl}`,
  },
  { shown: `ip6? dscp (!= )?(${HEX})`, saved: (operator = "", dscp = "") => `-m dscp ${not(operator)} --dscp ${dscp}` },
  {
    shown: "meta length (!= )?(\\S+)",
    saved: (operator = "", length = "") => `-m length ${not(operator)} --length ${range(length)}`,
  },
  {
    shown: "meta pkttype (!= )?(\\w+)",
    saved: (operator = "", type = "") => `-m pkttype ${not(operator)} --pkt-type ${PKT_TYPES.get(type) ?? type}`,
  },
  {
    shown: `meta ([io])ifgroup (!= )?(${HEX}|\\d+)`,
    saved: (side = "", operator = "", group = "") =>
      `-m devgroup ${not(operator)} --${side === "i" ? "src" : "dst"}-group ${group}`,
  },
  { shown: "meta cpu (!= )?(\\d+)", saved: (operator = "", cpu = "") => `-m cpu ${not(operator)} --cpu ${cpu}` },
  {
    shown: "meta cgroup (!= )?(\\d+)",
    saved: (operator = "", group = "") => `-m cgroup ${not(operator)} --cgroup ${group}`,
  },
  {
    shown: "ether saddr (!= )?([0-9a-f:]{17})",
    saved: (operator = "", mac = "") => `-m mac ${not(operator)} --mac-source ${mac}`,
  },
  {
    shown: 'ct helper (!= )?("[^"]*")',
    saved: (operator = "", helper = "") => `-m helper ${not(operator)} --helper ${helper}`,
  },
  {
    shown: "tcp option maxseg size (!= )?([\\d-]+)",
    saved: (operator = "", size = "") => `-m tcpmss ${not(operator)} --mss ${range(size)}`,
  },
  { shown: "(icmp|icmpv6) type (!= )?([a-z0-9-]+)", saved: icmp },
  { shown: "ip protocol icmp", saved: null, of: "-m icmp", lost: "meaning" },
  { shown: "meta random & 2147483647 (<|>=) (\\d+)", saved: random },
  {
    shown: "numgen inc mod (\\d+) offset 0 (!= )?(\\d+)",
    saved: (every = "", operator = "", packet = "") =>
      `-m statistic --mode nth ${not(operator)} --every ${every} --packet ${packet}`,
  },
  {
    shown: "(ah|esp) spi (!= )?([\\d-]+)",
    saved: (match = "", operator = "", spi = "") => `-m ${match} ${not(operator)} --${match}spi ${range(spi)}`,
  },
];

/** Where nft's names of ICMP types are not those of iptables. */
const ICMP_TYPES: ReadonlyMap<string, string> = new Map([
  ["nd-router-solicit", "router-solicitation"],
  ["nd-router-advert", "router-advertisement"],
  ["nd-neighbor-solicit", "neighbour-solicitation"],
  ["nd-neighbor-advert", "neighbour-advertisement"],
  ["nd-redirect", "redirect"],
]);

function icmp(proto = "", operator = "", type = ""): string {
  const [match, option] = proto === "icmp" ? ["icmp", "icmp-type"] : ["icmp6", "icmpv6-type"];
  return `-m ${match} ${not(operator)} --${option} ${ICMP_TYPES.get(type) ?? type}`;
}
