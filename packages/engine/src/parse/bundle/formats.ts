import type { Family } from "../../base/address.ts";
import type { Socket } from "../../model/host.ts";
import type { Backend } from "../../model/ruleset.ts";

/** What a dump can be: the tool that printed it. */
export type Format =
  | "iptables-save"
  | "ipset"
  | "ip-rule"
  | "ip-route"
  | "ip-addr"
  | "ip-link"
  | "ip-neigh"
  | "conntrack"
  | "ss"
  | "sysctl"
  | "ipvsadm"
  | "cni"
  | "nft-json"
  | "nft"
  | "manifest";

/** What the name of a file, or the command above a listing, says beside the content. Undefined: nothing. */
export interface Hints {
  readonly format?: Format;
  readonly family?: Family;
  readonly backend?: Backend;
  /** Of a listing of one routing table. */
  readonly table?: string;
  /** Of a listing of one device's neighbours. */
  readonly dev?: string;
  /** Of a listing of one kind of sockets. */
  readonly proto?: Socket["proto"];
  /** Of a listing of nft without what sets hold. */
  readonly terse?: boolean;
}

/** Parts of a file name, most telling first. */
const NAMES: readonly (readonly [RegExp, Format])[] = [
  [/ip6?-?tables/, "iptables-save"],
  [/ip-?set/, "ipset"],
  [/ip_?vs/, "ipvsadm"],
  [/^cni|\.conflist$/, "cni"],
  [/^manifest/, "manifest"],
  [/nft.*\.json$/, "nft-json"],
  [/conntrack/, "conntrack"],
  [/sysctl/, "sysctl"],
  [/^nft|nft_.*list_/, "nft"],
  [/^ip.*rule/, "ip-rule"],
  [/^ip.*route/, "ip-route"],
  [/^ip.*neigh/, "ip-neigh"],
  [/^ip.*addr/, "ip-addr"],
  [/^ip.*link/, "ip-link"],
  [/^ss([^a-z]|$)/, "ss"],
];

/** `ip-route-table-11`, `ip_route_show_table_11`. */
const ROUTE_TABLE = /table[-_]([a-z0-9]+)/;

/** `nft-ruleset-terse`, `nft_-t_list_ruleset`. */
const TERSE = /[-_]t(erse)?[-_.]/;

/** What a path says. The content has the last word on the format. */
export function hintsOfPath(path: string): Hints {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const format = NAMES.find(([pattern]) => pattern.test(name))?.[1];
  const table = format === "ip-route" ? ROUTE_TABLE.exec(name)?.[1] : undefined;
  return {
    ...(format !== undefined && { format }),
    ...(/ipv?[-_]*6/.test(name) && { family: "ip6" }),
    ...(name.includes("legacy") && { backend: "legacy" }),
    ...(/[-_]nft/.test(name) && { backend: "nft" }),
    ...(table !== undefined && table !== "all" && { table }),
    ...(format === "nft" && TERSE.test(name) && { terse: true }),
  };
}

/** `ip` and its options, object and verb, as in `ip -6 route show table 11`. */
const IP = /^ip((?: -\S+)*) ([a-z]+)(?: (?:list|lst|show|sh|ls|l))?(?: (table|dev) (\S+))?$/;

/** Objects of `ip` and their short forms. */
const IP_OBJECTS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["rule", "ip-rule"],
  ["ru", "ip-rule"],
  ["route", "ip-route"],
  ["ro", "ip-route"],
  ["r", "ip-route"],
  ["address", "ip-addr"],
  ["addr", "ip-addr"],
  ["a", "ip-addr"],
  ["link", "ip-link"],
  ["l", "ip-link"],
  ["neighbour", "ip-neigh"],
  ["neighbor", "ip-neigh"],
  ["neigh", "ip-neigh"],
  ["n", "ip-neigh"],
]);

const COMMANDS: readonly (readonly [RegExp, Hints])[] = [
  [/^iptables-save( |$)/, { format: "iptables-save", family: "ip" }],
  [/^ip6tables-save( |$)/, { format: "iptables-save", family: "ip6" }],
  [/^iptables-(legacy|nft)-save( |$)/, { format: "iptables-save", family: "ip" }],
  [/^ip6tables-(legacy|nft)-save( |$)/, { format: "iptables-save", family: "ip6" }],
  [/^ipset (save|list|-S|-L)( |$)/, { format: "ipset" }],
  [/^ipvsadm(-save)?( |$)/, { format: "ipvsadm" }],
  [/^cat \/proc\/net\/ip_vs$/, { format: "ipvsadm" }],
  [/^cat \/etc\/cni\/net\.d\/\S+$/, { format: "cni" }],
  [/^conntrack (-L|--dump)( |$)/, { format: "conntrack" }],
  [/^cat \/proc\/net\/nf_conntrack$/, { format: "conntrack" }],
  [/^nft (-\S+ )*(-\w*j\w*|--json) (-\S+ )*list /, { format: "nft-json" }],
  [/^nft (-\S+ )*(-\w*t\w*|--terse) (-\S+ )*list /, { format: "nft", terse: true }],
  [/^nft (-\S+ )*list /, { format: "nft" }],
  [/^ss( -\S+)*$/, { format: "ss" }],
  [/^sysctl (-a|net\.)/, { format: "sysctl" }],
];

function hintsOfIp([, options = "", object = "", kind = "", value = ""]: RegExpExecArray): Hints | null {
  const format = IP_OBJECTS.get(object);
  if (format === undefined) return null;
  return {
    format,
    ...(/ -\w*6/.test(options) && { family: "ip6" }),
    ...(kind === "table" && value !== "all" && { table: value }),
    ...(kind === "dev" && { dev: value }),
  };
}

/** Letters of `ss` that choose a kind of sockets. */
const SOCKET_KINDS = /[tuwxdSMf0]/g;
const PROTOCOLS: ReadonlyMap<string, Socket["proto"]> = new Map([
  ["t", "tcp"],
  ["u", "udp"],
  ["w", "raw"],
]);

/** `ss -u -n -e`: one kind has no column that tells. */
function hintsOfSs(command: string): Hints {
  const letters = [...command.matchAll(/ -([a-zA-Z0-9]+)/g)].map(([, found = ""]) => found).join("");
  const [kind = "", ...others] = new Set(letters.match(SOCKET_KINDS));
  const proto = others.length === 0 ? PROTOCOLS.get(kind) : undefined;
  return { format: "ss", ...(proto !== undefined && { proto }) };
}

/** What a command that printed a listing says of it; null: it is none of those whose output is read. */
export function hintsOfCommand(command: string): Hints | null {
  const ip = IP.exec(command);
  if (ip !== null) return hintsOfIp(ip);
  const known = COMMANDS.find(([pattern]) => pattern.test(command))?.[1];
  if (known === undefined) return null;
  if (known.format === "ss") return hintsOfSs(command);
  const backend = /-(legacy|nft)-/.exec(command)?.[1];
  return backend === "legacy" || backend === "nft" ? { ...known, backend } : known;
}
