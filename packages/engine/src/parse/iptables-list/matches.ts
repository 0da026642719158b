import { quote } from "../../base/quote.ts";
import type { Listed, Pattern } from "../pattern.ts";
import { compileTable } from "../pattern.ts";
import type { Table } from "../pattern.ts";

/** `spt:53`, `spts:1:5`, `dpt:!80`. */
const PORTS: readonly Pattern[] = [
  ["spts?:(!)?(\\S+)", "$1 --sport $2"],
  ["dpts?:(!)?(\\S+)", "$1 --dport $2"],
];

const TCP_FLAGS = ["FIN", "SYN", "RST", "ACK", "PSH", "URG"];
const TCP_FLAG_BITS: readonly (readonly [bit: number, name: string])[] = [
  [0x01, "FIN"],
  [0x02, "SYN"],
  [0x04, "RST"],
  [0x08, "PSH"],
  [0x10, "ACK"],
  [0x20, "URG"],
];

/** `0x17` as `FIN,SYN,RST,ACK`; null where it has bits that --tcp-flags has no name for. */
function tcpFlagNames(hex: string): string | null {
  const bits = Number(hex);
  if (!Number.isInteger(bits) || bits > 0x3f) return null;
  const names = TCP_FLAG_BITS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? "NONE" : names.length === TCP_FLAGS.length ? "ALL" : names.join(",");
}

function tcpFlags(negated = "", mask = "", set = ""): string | null {
  const names = [tcpFlagNames(mask), tcpFlagNames(set)];
  return names.includes(null) ? null : `${negated} --tcp-flags ${names.join(" ")}`;
}

const DCCP_TYPES = "REQUEST RESPONSE DATA ACK DATAACK CLOSEREQ CLOSE RESET SYNC SYNCACK".split(" ");

/** `0,1` as `REQUEST,RESPONSE`; 10 and more are all INVALID. */
function dccpTypes(negated = "", list = ""): string {
  const names = new Set(list.split(",").map((type) => DCCP_TYPES[Number(type)] ?? "INVALID"));
  return `${negated} --dccp-types ${[...names].join(",")}`;
}

/** By number, as the listing prints them without names. */
const CHUNK_TYPES: ReadonlyMap<number, string> = new Map([
  ..."DATA INIT INIT_ACK SACK HEARTBEAT HEARTBEAT_ACK ABORT SHUTDOWN SHUTDOWN_ACK ERROR COOKIE_ECHO COOKIE_ACK ECN_ECNE ECN_CWR SHUTDOWN_COMPLETE"
    .split(" ")
    .map((name, number) => [number, name] as const),
  [0x80, "ASCONF_ACK"],
  [0xc0, "FORWARD_TSN"],
  [0xc1, "ASCONF"],
]);

/** `any 0x0000:Be,0x0001` */
function chunkTypes(negated = "", scope = "", list = ""): string {
  const names = list.replaceAll(/0x\w+/g, (number) => CHUNK_TYPES.get(Number(number)) ?? number);
  return `${negated}--chunk-types ${scope} ${names}`;
}

/** `icmptype 8 code 0`, `icmp !type 8`. */
function icmp(match: string, option: string): (...groups: readonly string[]) => string {
  return (negated = "", type = "", code = "") => {
    const any = match === "icmp" && type === "255" && code === "";
    return `-m ${match} ${negated} --${option} ${any ? "any" : type}${code === "" ? "" : `/${code}`}`;
  };
}

const IPV6_HEADER_BITS = "protocol ipv6-nonxt esp ah ipv6-frag ipv6-route ipv6-opts hop-by-hop".split(" ");

function ipv6Headers(negated = "", hex = ""): string {
  const names = IPV6_HEADER_BITS.filter((_, bit) => (Number(hex) & (1 << bit)) !== 0);
  return `${negated} --header ${names.join(",")}`;
}

/** Options that a listing prints as iptables-save does, but for the dashes: `ctstate NEW` of `--ctstate NEW`. */
function plain(...names: readonly string[]): readonly Pattern[] {
  return names.map((name): Pattern => [`(! )?${name} (\\S+)`, `$1 --${name} $2`]);
}

/** The same without a value. */
function flags(...names: readonly string[]): readonly Pattern[] {
  return names.map((name): Pattern => [`(! )?${name}`, `$1 --${name}`]);
}

const CONNTRACK = plain(
  ...["ctstate", "ctproto", "ctorigsrc", "ctorigdst", "ctreplsrc", "ctrepldst", "ctstatus", "ctexpire", "ctdir"],
  ...["ctorigsrcport", "ctorigdstport", "ctreplsrcport", "ctrepldstport"],
);
const CONNTRACK_HEAD = "(?=(?:! )?ct(?:state|proto|orig|repl|status|expire|dir)\\w* )";

/** An SPI, or a range of them. */
const SPI = "spis?:(!)?(\\d+(?::\\d+)?)";

const FORMS: readonly Listed[] = [
  { head: "/\\* (.*?) \\*/", saved: (text = "") => `-m comment --comment ${quote(text)}` },
  { head: "mark match (! )?(\\S+)", saved: "-m mark $1--mark $2" },
  { head: "connmark match (! )? ?(\\S+)", saved: "-m connmark $1--mark $2" },
  {
    head: "(! )?match-set (\\S+) (\\S+)",
    saved: "-m set $1--match-set $2 $3",
    parts: [
      ...flags("return-nomatch", "update-counters", "update-subcounters"),
      ...plain("packets-eq", "packets-lt", "packets-gt", "bytes-eq", "bytes-lt", "bytes-gt"),
    ],
  },
  { head: CONNTRACK_HEAD, saved: "-m conntrack", parts: CONNTRACK },
  { head: "(! )?state (\\S+)", saved: "-m state $1--state $2" },
  {
    head: "tcp",
    saved: "-m tcp",
    parts: [
      ...PORTS,
      ["option=(!)?(\\S+)", "$1 --tcp-option $2"],
      ["flags:(!)?(0x\\w+)/(0x\\w+)", tcpFlags],
      ["flags:(!)?([A-Z,]+)/([A-Z,]+)", "$1 --tcp-flags $2 $3"],
    ],
  },
  { head: "udp", saved: "-m udp", parts: PORTS },
  {
    head: "sctp",
    saved: "-m sctp",
    parts: [...PORTS, ["(! )?(any|all|only) (ALL|NONE|[A-Z0x]\\S*)", chunkTypes]],
  },
  {
    head: "dccp",
    saved: "-m dccp",
    parts: [...PORTS, ["option=(!)?(\\S+)", "$1 --dccp-option $2"], ["(! )?(\\d[\\d,]*)", dccpTypes]],
  },
  { head: "multiport (sports|dports|ports) ([^\\s!]\\S*)", saved: "-m multiport --$1 $2" },
  { head: "multiport (sports|dports|ports) +! ?(\\S+)", saved: "-m multiport ! --$1 $2" },
  {
    head: "ADDRTYPE match",
    saved: "-m addrtype",
    parts: [
      ["src-type (!)?(\\S+)", "$1 --src-type $2"],
      ["dst-type (!)?(\\S+)", "$1 --dst-type $2"],
      ["limit-(in|out)", "--limit-iface-$1"],
    ],
  },
  { head: "icmp ?(!)?type (\\d+)(?: code (\\d+))?", saved: icmp("icmp", "icmp-type") },
  { head: "icmp (!)?([a-z][a-z-]+)", saved: "-m icmp $1 --icmp-type $2" },
  { head: "ipv6-icmp ?(!)?type (\\d+)(?: code (\\d+))?", saved: icmp("icmp6", "icmpv6-type") },
  { head: "ipv6-icmp (!)?([a-z][a-z-]+)", saved: "-m icmp6 $1 --icmpv6-type $2" },
  { head: "limit: avg (\\S+) burst (\\d+)", saved: "-m limit --limit $1 --limit-burst $2" },
  // The name of a hash table is not listed.
  { head: "limit: (?:up to|above) .*?(?= /\\*|$)", saved: null },
  {
    head: "source IP range (! )?(\\S+) destination IP range (! )?(\\S+)",
    saved: "-m iprange $1--src-range $2 $3--dst-range $4",
  },
  {
    head: "(source|destination) IP range (! )?(\\S+)",
    saved: (side = "", negated = "", range = "") =>
      `-m iprange ${negated}--${side === "source" ? "src" : "dst"}-range ${range}`,
  },
  { head: "statistic mode random (! )?probability (\\S+)", saved: "-m statistic --mode random $1--probability $2" },
  {
    head: "statistic mode nth (! )?every (\\d+)(?: packet (\\d+))?",
    saved: (negated = "", every = "", packet = "") =>
      `-m statistic --mode nth ${negated}--every ${every} --packet ${packet || "0"}`,
  },
  { head: "MAC ?(! ?)?([0-9A-Fa-f:]{17})", saved: "-m mac $1 --mac-source $2" },
  { head: "PKTTYPE (!)?=? ?=? ?(unicast|broadcast|multicast|otherhost)", saved: "-m pkttype $1 --pkt-type $2" },
  {
    head: "(?=(?:! )?owner (?:UID|GID|socket) )",
    saved: "-m owner",
    parts: [
      ["(! )?owner UID match (\\S+)", "$1--uid-owner $2"],
      ["(! )?owner GID match (\\S+)", "$1--gid-owner $2"],
      ["(! )?owner socket exists", "$1--socket-exists"],
      ["incl\\. suppl\\. groups", "--suppl-groups"],
    ],
  },
  {
    head: "PHYSDEV match",
    saved: "-m physdev",
    parts: [
      ["(! )?(--physdev-(?:in|out)) (\\S+)", "$1$2 $3"],
      ["(! )?(--physdev-is-(?:in|out|bridged))", "$1$2"],
    ],
  },
  { head: "socket", saved: "-m socket", parts: [["(--(?:transparent|nowildcard|restore-skmark))", "$1"]] },
  {
    head: "rpfilter",
    saved: "-m rpfilter",
    parts: [["(loose|validmark|accept-local|invert)", "--$1"]],
  },
  { head: "(TTL|HL) match \\1 (==|!=|<|>) (\\d+)", saved: ttl },
  { head: "tos match(!)?(\\S+)", saved: "-m tos $1 --tos $2" },
  { head: "DSCP match (!)?(0x\\w+)", saved: "-m dscp $1 --dscp $2" },
  {
    head: "ECN match",
    saved: "-m ecn",
    parts: [
      ["(!)?ECE", "$1 --ecn-tcp-ece"],
      ["(!)?CWR", "$1 --ecn-tcp-cwr"],
      ["(!)?ECT=(\\d)", "$1 --ecn-ip-ect $2"],
    ],
  },
  { head: "length (!)?(\\S+)", saved: "-m length $1 --length $2" },
  { head: "tcpmss match (!)?(\\S+)", saved: "-m tcpmss $1 --mss $2" },
  { head: "#conn (src|dst)/(\\d+) (<=|>) (\\d+)", saved: connlimit },
  {
    head: "(! )?connbytes (\\S+) connbytes mode (\\S+) connbytes direction (\\S+)",
    saved: "-m connbytes $1--connbytes $2 --connbytes-mode $3 --connbytes-dir $4",
  },
  { head: "connlabel (! )?(\\S+) set", saved: "-m connlabel $1--label $2 --set" },
  { head: "connlabel (! )?(\\S+)", saved: "-m connlabel $1--label $2" },
  { head: 'helper match (! )?(".*?")', saved: "-m helper $1--helper $2" },
  { head: "cpu (! )?(\\d+)", saved: "-m cpu $1--cpu $2" },
  { head: "cgroup (! )?(\\d+)", saved: "-m cgroup $1--cgroup $2" },
  { head: "cgroup (! )?(/\\S*)", saved: (negated = "", path = "") => `-m cgroup ${negated}--path ${quote(path)}` },
  { head: "(?=(?:! )?(?:src|dst)-group )", saved: "-m devgroup", parts: plain("src-group", "dst-group") },
  { head: "(! )?realm (\\S+)", saved: "-m realm $1--realm $2" },
  { head: 'u32 (! )?(".*?")', saved: "-m u32 $1--u32 $2" },
  {
    head: "match bpf (\\d+ \\d+ \\d+ \\d+(?:,\\d+ \\d+ \\d+ \\d+)*)",
    saved: (code = "") => `-m bpf --bytecode "${String(code.split(",").length)},${code}"`,
  },
  {
    head: 'STRING match (! ?)? ?("(?:[^"\\\\]|\\\\.)*") ALGO name (\\S+)',
    saved: stringMatch,
    parts: [
      ["FROM (\\d+)", "--from $1"],
      ["TO (\\d+)", "--to $1"],
      ["ICASE", "--icase"],
    ],
  },
  {
    head: "cluster (!)?node_mask=(\\S+) total_nodes=(\\d+) hash_seed=(\\S+)",
    saved: "-m cluster $1 --cluster-local-nodemask $2 --cluster-total-nodes $3 --cluster-hash-seed $4",
  },
  {
    head: "(! )?recent: (SET|CHECK|UPDATE|REMOVE)",
    saved: (negated = "", verb = "") => `-m recent ${negated}--${verb === "CHECK" ? "rcheck" : verb.toLowerCase()}`,
    parts: [
      ["seconds: (\\d+)", "--seconds $1"],
      ["reap", "--reap"],
      ["hit_count: (\\d+)", "--hitcount $1"],
      ["TTL-Match", "--rttl"],
      ["name: (\\S+)", "--name $1"],
      ["side: source", "--rsource"],
      ["side: dest", "--rdest"],
      ["mask: (\\S+)", "--mask $1"],
    ],
  },
  {
    head: "ah",
    saved: "-m ah",
    parts: [
      // No blank stands between the two in the listing of IPv6.
      ["spis?:(!)?([\\d:]+)length:(!)?(\\d+)", "$1 --ahspi $2 $3 --ahlen $4"],
      [SPI, "$1 --ahspi $2"],
      ["length:(!)?(\\d+)", "$1 --ahlen $2"],
      ["reserved", "--ahres"],
    ],
  },
  { head: "esp", saved: "-m esp", parts: [[SPI, "$1 --espspi $2"]] },
  { head: `comp ${SPI}`, saved: "-m ipcomp $1 --ipcompspi $2", parts: [["reserved", "--compres"]] },
  {
    head: "ipv6header flags:(!)?(0x\\w+)",
    saved: (negated = "", bits = "") => `-m ipv6header ${ipv6Headers(negated, bits)}`,
    parts: [["soft", "--soft"]],
  },
  { head: "eui64", saved: "-m eui64" },
  {
    head: "mh(?: (!)?(\\d+(?::\\d+)?))?",
    saved: (negated = "", type = "") => (type === "" ? "-m mh" : `-m mh ${negated} --mh-type ${type}`),
  },
  {
    head: "frag",
    saved: "-m frag",
    parts: [
      ["ids?:(!)?(\\S+)", "$1 --fragid $2"],
      ["length:(!)?(\\S+)", "$1 --fraglen $2"],
      ["reserved", "--fragres"],
      ["(first|more|last)", "--frag$1"],
    ],
  },
  ...(["hbh", "dst"] as const).map((name): Listed => ({
    head: name,
    saved: `-m ${name}`,
    parts: [
      ["length:(!)?(\\S+)", `$1 --${name}-len $2`],
      ["opts (\\S+)", `--${name}-opts $1`],
    ],
  })),
  // Without `!`, and without the table that was used, nobody can say which packets these take.
  { head: "quota: \\d+ bytes", saved: null },
  { head: "OS fingerprint match (?:! )?\\S+", saved: null },
  { head: "rateest match .*?(?= /\\*|$)", saved: null },
  { head: "policy match .*?(?= /\\*|$)", saved: null },
  { head: "TIME .*?(?= /\\*|$)", saved: null },
];

const TTL_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["==", "eq"],
  ["!=", "eq"],
  ["<", "lt"],
  [">", "gt"],
]);

function ttl(field = "", relation = "", value = ""): string {
  const name = field.toLowerCase();
  return `-m ${name} ${relation === "!=" ? "! " : ""}--${name}-${TTL_OPTIONS.get(relation) ?? ""} ${value}`;
}

function connlimit(side = "", mask = "", relation = "", count = ""): string {
  const option = relation === ">" ? "above" : "upto";
  return `-m connlimit --connlimit-${option} ${count} --connlimit-mask ${mask} --connlimit-${side === "src" ? "saddr" : "daddr"}`;
}

/** A pattern with bytes that cannot be printed is listed in hex between bars, as is one that was written so. */
function stringMatch(negated = "", pattern = "", algorithm = ""): string {
  const option = /^"\|[0-9a-f]+\|"$/.test(pattern) ? "hex-string" : "string";
  return `-m string ${negated}--${option} ${pattern} --algo ${algorithm}`;
}

/** The matches of iptables 1.8.9 as `-L` words them, most telling first. */
export const listedMatches: Table = compileTable(FORMS);
