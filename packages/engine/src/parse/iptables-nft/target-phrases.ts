import { quote } from "../../base/quote.ts";
import type { Saved } from "../pattern.ts";
import { HEX, hex } from "./phrase.ts";
import type { Phrase } from "./phrase.ts";

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

/** Targets and verdicts, each as nft shows it. The first that fits holds. */
export const targetPhrases: readonly Phrase[] = [
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
