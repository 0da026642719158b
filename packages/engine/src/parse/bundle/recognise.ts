import { looksLikeJson, parseJsonObjects } from "../json.ts";
import type { JsonObject } from "../json.ts";
import { newReport } from "../report.ts";
import type { Format } from "./formats.ts";

/** How lines of each format look. Where several fit, the first has it; each pattern is linear. */
const LINES: readonly (readonly [Format, RegExp])[] = [
  [
    "ipvsadm",
    /^(ipvsadm )?(-A|-a|--add-service|--add-server) (-t|-u|-f|--(tcp|udp|sctp|fwmark)-service) \S|^(TCP|UDP|SCTP|FWM) +[\w.:[\]-]+ |^ {2}-> \S+ +(Masq|Local|Tunnel|Route|Forward) |^(IP Virtual Server version|Prot LocalAddress:Port) /,
  ],
  [
    "iptables-save",
    /^\s*(\*(filter|nat|mangle|raw|security)\s*$|:\S+ (-|ACCEPT|DROP|QUEUE|RETURN)(\s|$)|(\[\d+:\d+\] )?-[AI] \S|COMMIT\s*$)/,
  ],
  [
    "ipset",
    /^\s*(create \S+ \w+:\w|add \S+ \S|Name: \S|Type: \w+:\w|Size in memory: |<\/?(ipsets?|type|members?|elem)\b)/,
  ],
  ["ip-rule", /^\s*\d+:\s+(not )?from \S+ /],
  ["ip-link", /^\s*\d+: \S+: <[^>]*> .* mode \S+ /],
  ["ip-addr", /^\s*(\d+: \S+: <|\d+: \S+ +inet6? |inet6? \S+ |valid_lft \S)/],
  ["ip-link", /^\s*(link\/\w+ |\S+\s+(UNKNOWN|UP|DOWN|LOWERLAYERDOWN|DORMANT) +([0-9a-f:.]+ )?<[A-Z,_-]+>)/],
  ["ip-addr", /^\S+\s+(UNKNOWN|UP|DOWN|LOWERLAYERDOWN|DORMANT)\s+([0-9a-f:.]+\/\d+ |[0-9a-f:.]+ peer |$)/],
  ["conntrack", /^\s*(ipv[46]\s+\d+ )?\w+\s+\d+ .*src=\S+ dst=\S+ /],
  [
    "ss",
    /^\s*(Netid\s+)?State\s+Recv-Q|^(tcp|udp|raw|icmp6?)\s+[A-Z][A-Z0-9-]+\s+\d+\s+\d+\s|^(LISTEN|ESTAB|UNCONN|TIME-WAIT)\s+\d+\s+\d+\s/,
  ],
  [
    "ip-neigh",
    /^\s*[0-9a-f:.]+ (dev \S+ )?(lladdr \S+ |(router |proxy |extern_learn )?(INCOMPLETE|REACHABLE|STALE|DELAY|PROBE|FAILED|NOARP|PERMANENT|proxy)\b)/,
  ],
  [
    "ip-route",
    /^\s*((unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|\d) )?(default|[0-9a-f:.]+(\/\d+)?)\s+(via|dev|proto|scope|metric|src|table|nhid|encap|from|tos|onlink)\b/,
  ],
  ["ip-route", /^\s*((blackhole|unreachable|prohibit|throw) (default|[0-9a-f:.]+(\/\d+)?)|nexthop (via|dev) \S)/],
  [
    "nft",
    /^\s*(table (ip6?|inet|arp|bridge|netdev) \S+ \{|(chain|set|map) \S+ \{|type (filter|nat|route) hook \w|elements = \{|(add|insert|create|flush|delete) (rule|chain|table|set|map|element|ruleset)\b)/,
  ],
  [
    "nft",
    /^\t\t {0,2}((ip6?|tcp|udp|th|icmp|icmpv6|ether|arp|meta|ct|fib) [a-z]|[io]if(name)? |counter |(jump|goto) \S|accept|drop|# \S)/,
  ],
  ["nft", /^\t\t\t {5}\S/],
  ["sysctl", /^-?[a-z_]+[./][\w./:@-]+\s*=/],
];

/** Of a file this much is looked at. */
const SAMPLE_LINES = 400;
const SAMPLE_WIDTH = 300;

/** What a text is by its content. */
export interface Recognised {
  /** Null: it looks like nothing known, or says nothing at all. */
  readonly format: Format | null;
  /** How much of what it says looks like that, 0 … 1. */
  readonly share: number;
  /** It has no line but blank ones and comments. */
  readonly isEmpty: boolean;
}

export function recognise(text: string): Recognised {
  return looksLikeJson(text) ? recogniseJson(text) : recogniseLines(text);
}

function recogniseLines(text: string): Recognised {
  const counts = new Map<Format, number>();
  let lines = 0;
  for (const line of sampleOf(text)) {
    lines++;
    const format = LINES.find(([, pattern]) => pattern.test(line))?.[0];
    if (format !== undefined) counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  const [format, count] = mostOf(counts);
  return { format, share: count / Math.max(lines, 1), isEmpty: lines === 0 };
}

function mostOf(counts: Map<Format, number>): readonly [Format | null, number] {
  // `ip addr` has the lines of `ip link` too.
  const addresses = counts.get("ip-addr");
  if (addresses !== undefined) {
    counts.set("ip-addr", addresses + (counts.get("ip-link") ?? 0));
    counts.delete("ip-link");
  }
  let most: readonly [Format | null, number] = [null, 0];
  for (const entry of counts) if (entry[1] > most[1]) most = entry;
  return most;
}

/** Lines that say something, cut to a bounded width. */
function* sampleOf(text: string): Generator<string> {
  let count = 0;
  for (let start = 0; start < text.length && count < SAMPLE_LINES;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + SAMPLE_WIDTH)).trimEnd();
    start = end + 1;
    if (line === "" || /^\s*(#|```|~~~)/.test(line)) continue;
    count++;
    yield line;
  }
}

/** Keys that an object of each format has, most telling first. */
const KEYS: readonly (readonly [Format, readonly string[]])[] = [
  ["ip-addr", ["ifname", "addr_info"]],
  ["ip-link", ["ifname"]],
  ["ip-rule", ["priority", "src"]],
  ["ip-neigh", ["dst", "state"]],
  ["ip-neigh", ["dst", "lladdr"]],
  ["ip-route", ["dst", "flags"]],
  ["cni", ["cniVersion", "plugins"]],
  ["cni", ["name", "plugins"]],
  ["cni", ["cniVersion", "type"]],
  ["nft-json", ["nftables"]],
  ["nft-json", ["metainfo"]],
  ["manifest", ["host", "kernel"]],
  ["manifest", ["host", "tools"]],
];

/** The first objects tell; the text of a large listing is not read twice. */
const SAMPLE_JSON = 20_000;

function recogniseJson(text: string): Recognised {
  const objects = parseJsonObjects(text.slice(0, SAMPLE_JSON), newReport("", ""));
  const formats = objects.map(formatOfObject);
  const format = formats.find((found) => found !== null) ?? null;
  // An object that is cut, or an empty list, is for the name to tell.
  const cut = text.length > SAMPLE_JSON && format === null ? firstKeyFormat(text) : null;
  return { format: format ?? cut, share: 1, isEmpty: objects.length === 0 && cut === null };
}

function formatOfObject({ entries }: JsonObject): Format | null {
  const keys = new Set(entries.map(([key]) => key));
  return KEYS.find(([, needed]) => needed.every((key) => keys.has(key)))?.[0] ?? null;
}

/** A first object so large that it was cut: a listing of nft is one, and only a link has that many keys. */
function firstKeyFormat(text: string): Format | null {
  if (/^\s*\{\s*"nftables"/.test(text.slice(0, 200))) return "nft-json";
  return /^\s*\[?\s*\{\s*"ifindex"/.test(text.slice(0, 200)) ? "ip-link" : null;
}
