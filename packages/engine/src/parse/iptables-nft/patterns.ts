import { quote } from "../../base/quote.ts";
import type { Family } from "../../base/address.ts";
import type { Loss } from "../../model/ruleset.ts";
import type { Saved } from "../pattern.ts";

/** What nft shows of one part of a rule that iptables-nft made, and the part itself as iptables-save spells it. */
export interface Phrase {
  /** A regular expression of the whole statement, in the spelling of `spelling.ts`. */
  readonly shown: string;
  /** `-m mark $1 --mark $2`. Null: it stands for several rules, or says something else than the rule. */
  readonly saved: Saved;
  /** The extension that nft distorts here, where `saved` is null: its name, behind `-m` or `-j`. */
  readonly of?: string;
  readonly lost?: Loss;
  /** Both when absent. */
  readonly families?: readonly Family[];
}

const NOT = "(!= |! )?";
const ADDRESS = "[0-9a-f:.]+";
const HEX = "0x[0-9a-f]+";
const ALL_BITS = 0xffff_ffff;

function not(operator: string): string {
  return operator === "" || operator.startsWith("==") ? "" : "!";
}

/** `a-b` as iptables spells a range. */
function range(text: string): string {
  return text.replace("-", ":");
}

/** `eth*` as iptables spells a prefix; nft escapes a `*` that is part of the name. */
function device(option: string): Saved {
  return (operator = "", name = "") => {
    const prefix = name.endsWith("*") && !name.endsWith("\\*");
    const plain = prefix ? `${name.slice(0, -1)}+` : name.replaceAll(/\\(.)/g, "$1").replace(/\\\*$/, "*");
    return `${not(operator)} ${option} ${plain}`;
  };
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
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

/** What MARK and CONNMARK write, as the translators of libxt_MARK.c and libxt_CONNMARK.c word `(x & ~mask) ^ value`. */
function marking(name: string, target: string): readonly Phrase[] {
  const xmark = (value: string, keep: string): string => `-j ${target} --set-xmark ${value}/${hex(~Number(keep))}`;
  return [
    { shown: `${name} set (${HEX}|\\d+)`, saved: `-j ${target} --set-xmark $1/0xffffffff` },
    { shown: `${name} set ${name} & (\\w+) \\^ (\\w+)`, saved: (keep = "", value = "") => xmark(value, keep) },
    { shown: `${name} set ${name} \\^ (\\w+) & (\\w+)`, saved: (value = "", keep = "") => xmark(value, keep) },
    { shown: `${name} set ${name} & (\\w+)`, saved: `-j ${target} --and-mark $1` },
    { shown: `${name} set ${name} \\| (\\w+)`, saved: `-j ${target} --or-mark $1` },
    { shown: `${name} set ${name} \\^ (\\w+)`, saved: `-j ${target} --xor-mark $1` },
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

const HEADER: readonly Phrase[] = [
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

const MATCHES: readonly Phrase[] = [
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

/** What an iptables REJECT sends, where nft names it otherwise. */
const REJECT_CODES: ReadonlyMap<string, string> = new Map([
  ["prot-unreachable", "proto-unreachable"],
  ["admin-prohibited", "adm-prohibited"],
]);

function reject(type = "", code = ""): string {
  if (type === "icmp")
    return `-j REJECT --reject-with icmp-${code === "prot-unreachable" ? "proto-unreachable" : code}`;
  return `-j REJECT --reject-with icmp6-${REJECT_CODES.get(code) ?? code}`;
}

const LOG_LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

function log(prefix = "", level = "", flags = ""): string {
  const options = flags === "" ? "" : logFlags(flags);
  const number = level === "" ? 4 : LOG_LEVELS.indexOf(level);
  return `-j LOG${prefix === "" ? "" : ` --log-prefix ${quote(prefix)}`} --log-level ${String(number)}${options}`;
}

const LOG_FLAGS: ReadonlyMap<string, string> = new Map([
  ["all", " --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode"],
  ["tcp sequence,options", " --log-tcp-sequence --log-tcp-options"],
  ["tcp sequence", " --log-tcp-sequence"],
  ["tcp options", " --log-tcp-options"],
  ["ip options", " --log-ip-options"],
  ["skuid", " --log-uid"],
  ["ether", " --log-macdecode"],
]);

function logFlags(flags: string): string {
  return flags
    .split(/ ?flags /)
    .map((one) => LOG_FLAGS.get(one.trim()) ?? "")
    .join("");
}

const NAT_FLAGS: ReadonlyMap<string, string> = new Map([
  ["random", " --random"],
  ["random-fully", " --random-fully"],
  ["fully-random", " --random-fully"],
  ["persistent", " --persistent"],
]);

function natFlags(flags: string): string {
  return flags
    .trim()
    .split(/[ ,]+/)
    .map((flag) => NAT_FLAGS.get(flag) ?? "")
    .join("");
}

const NAT_TARGETS: ReadonlyMap<string, string> = new Map([
  ["dnat", "-j DNAT --to-destination"],
  ["snat", "-j SNAT --to-source"],
]);

const TARGETS: readonly Phrase[] = [
  { shown: "accept", saved: "-j ACCEPT" },
  { shown: "drop", saved: "-j DROP" },
  { shown: "return", saved: "-j RETURN" },
  { shown: "jump (\\S+)", saved: "-j $1" },
  { shown: "goto (\\S+)", saved: "-g $1" },
  { shown: "notrack", saved: "-j CT --notrack" },
  ...marking("meta mark", "MARK"),
  ...marking("ct mark", "CONNMARK"),
  // As nft this would clear the other bits of the mark; the rule leaves them alone. Other masks are not translated at all.
  { shown: "meta mark set ct mark(?: & (\\w+))?", saved: copyMark("restore") },
  { shown: "ct mark set meta mark(?: & (\\w+))?", saved: copyMark("save") },
  { shown: "(?:meta|ct) mark set .*(?:<<|>>).*", saved: null, of: "-j CONNMARK", lost: "meaning" },
  { shown: "meta nftrace set 1", saved: "-j TRACE" },
  { shown: "meta priority set ([0-9a-f]+:[0-9a-f]+)", saved: "-j CLASSIFY --set-class $1" },
  { shown: `ip dscp set (${HEX})`, saved: "-j DSCP --set-dscp $1" },
  // libxt_TOS.c names the header of IPv6 in rules of IPv4, and leaves the low bits out; libxt_DSCP.c words it like that, too.
  { shown: "ip6 dscp set .*", families: ["ip"], saved: null, of: "-j TOS", lost: "meaning" },
  { shown: "ip6 dscp set .*", families: ["ip6"], saved: null, of: "-j ", lost: "meaning" },
  { shown: "tcp option maxseg size set rt mtu", saved: "-j TCPMSS --clamp-mss-to-pmtu" },
  { shown: "tcp option maxseg size set (\\d+)", saved: "-j TCPMSS --set-mss $1" },
  {
    shown: "(dnat|snat) to (\\S+)((?: [a-z,-]+)*)",
    saved: (type = "", to = "", flags = "") => `${NAT_TARGETS.get(type) ?? ""} ${to}${natFlags(flags)}`,
  },
  {
    shown: "(masquerade|redirect)(?: to :(\\S+))?((?: [a-z,-]+)*)",
    saved: (type = "", ports = "", flags = "") =>
      `-j ${type.toUpperCase()}${ports === "" ? "" : ` --to-ports ${ports}`}${natFlags(flags)}`,
  },
  { shown: "reject", families: ["ip"], saved: "-j REJECT --reject-with icmp-port-unreachable" },
  { shown: "reject", families: ["ip6"], saved: "-j REJECT --reject-with icmp6-port-unreachable" },
  { shown: "reject tcp reset", saved: "-j REJECT --reject-with tcp-reset" },
  { shown: "reject (icmp|icmpv6) ([a-z-]+)", saved: reject },
  { shown: "log level audit", saved: null, of: "-j AUDIT", lost: "meaning" },
  { shown: 'log(?: prefix "([^"]*)")? group (\\d+)(?: snaplen (\\d+))?(?: queue-threshold (\\d+))?', saved: nflog },
  { shown: 'log(?: prefix "([^"]*)")?(?: level (\\w+))?(?: flags (.*))?', saved: log },
  {
    shown: "queue (\\d+)(-\\d+)?((?: bypass| fanout)*)",
    saved: (from = "", to = "", flags = "") =>
      `-j NFQUEUE ${to === "" ? `--queue-num ${from}` : `--queue-balance ${from}${to.replace("-", ":")}`}` +
      (flags.includes("bypass") ? " --queue-bypass" : "") +
      (flags.includes("fanout") ? " --queue-cpu-fanout" : ""),
  },
  {
    shown: "dup to (\\S+)(?: device (\\S+))?",
    saved: (gateway = "", oif = "") => `-j TEE --gateway ${gateway}${oif === "" ? "" : ` --oif ${oif}`}`,
  },
];

function copyMark(verb: string): Saved {
  return (mask = "") => `-j CONNMARK --${verb}-mark ${mask === "" ? "" : `--nfmask ${mask} --ctmask ${mask}`}`;
}

function nflog(prefix = "", group = "", size = "", threshold = ""): string {
  return (
    "-j NFLOG" +
    (prefix === "" ? "" : ` --nflog-prefix ${quote(prefix)}`) +
    (group === "0" ? "" : ` --nflog-group ${group}`) +
    (size === "" ? "" : ` --nflog-size ${size}`) +
    (threshold === "" ? "" : ` --nflog-threshold ${threshold}`)
  );
}

interface Ready {
  readonly expression: RegExp;
  readonly phrase: Phrase;
}

/** By the first word of what is shown: most rules have none but a few. */
const byFirstWord = new Map<string, Ready[]>();
for (const phrase of [...HEADER, ...MATCHES, ...TARGETS]) {
  const ready = { expression: new RegExp(`^(?:${phrase.shown})$`), phrase };
  for (const word of firstWords(phrase.shown)) byFirstWord.set(word, [...(byFirstWord.get(word) ?? []), ready]);
}

/** `ip6? saddr` begins with two words, `(tcp|udp) dport` with two others. */
function firstWords(shown: string): readonly string[] {
  if (shown.startsWith("ip6? ")) return ["ip", "ip6"];
  return /^\((?:\?:)?([\w|]+)\)/.exec(shown)?.[1]?.split("|") ?? [/^\w+/.exec(shown)?.[0] ?? ""];
}

/** What a statement in nft's words was; `saved` null where that is not known. Null: no phrase fits. */
export function findPhrase(
  text: string,
  family: Family,
): { readonly saved: string | null; readonly phrase: Phrase } | null {
  const [first = ""] = /^\w+/.exec(text) ?? [];
  for (const { expression, phrase } of byFirstWord.get(first) ?? []) {
    const groups = phrase.families?.includes(family) === false ? null : expression.exec(text);
    if (groups === null) continue;
    const values = groups.slice(1).map((group: string | undefined) => group ?? "");
    const { saved } = phrase;
    if (saved === null) return { saved: null, phrase };
    if (typeof saved === "function") return { saved: saved(...values), phrase };
    return { saved: saved.replaceAll(/\$(\d)/g, (_, digit: string) => values[Number(digit) - 1] ?? ""), phrase };
  }
  return null;
}
