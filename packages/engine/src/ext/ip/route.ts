/** The words of `ip route` in the order in which iproute2 prints them (ip/iproute.c print_route). */
import { familyOf } from "../../base/address.ts";
import type { Prefix } from "../../base/address.ts";
import { peekWord, takeWord } from "../../base/words.ts";
import type { Draft } from "../../model/draft.ts";
import type { Nexthop, Route, RouteType } from "../../model/routing.ts";
import { takeEncap } from "./encap.ts";
import {
  addressValue,
  byKeyword,
  extra,
  extraOf,
  numberValue,
  phrase,
  prefixValue,
  printHostPrefix,
  tableValue,
  takeValue,
  textValue,
  tosValue,
} from "./phrase.ts";
import type { Phrase, Value } from "./phrase.ts";

/** One line of a listing: a route with the nexthop that stands beside it, or one line of a multipath route. */
export interface RouteLine {
  readonly route: Route;
  /** Null: the line has neither `via` nor `dev`. */
  readonly hop: Nexthop | null;
  /** `ip route show table T` does not print the table. */
  readonly oneTable: boolean;
}

export type HopDraft = Draft<Required<Nexthop>>;

export interface RouteLineDraft {
  readonly route: Draft<Route>;
  readonly hop: HopDraft;
}

export type LinePhrase = Phrase<RouteLine, RouteLineDraft>;

/** By RTN_ number, which `ip -N` prints. */
const NUMBERED_TYPES: readonly RouteType[] = [
  "unicast",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
];
const TYPES: ReadonlyMap<string, RouteType> = new Map(
  NUMBERED_TYPES.flatMap((type, number): [string, RouteType][] => [
    [type, type],
    [String(number), type],
  ]),
);

/** A route type by its name, or by the number that `ip -N` prints; undefined when it is neither. */
export function routeTypeOf(text: string): RouteType | undefined {
  return TYPES.get(text);
}

/** rt_scopes under the numbers that `ip -N` prints. */
const SCOPES: ReadonlyMap<string, string> = new Map([
  ["0", "global"],
  ["200", "site"],
  ["253", "link"],
  ["254", "host"],
  ["255", "nowhere"],
]);

const scopeValue: Value<string> = { parse: (text) => SCOPES.get(text) ?? text, print: (value) => value };

/** The destination as it stands at the start of a line. */
export function printDestination(dst: Prefix): string {
  return dst.length === 0 ? "default" : printHostPrefix(dst);
}

const encap: LinePhrase = {
  words: ["encap"],
  read({ hop }, words) {
    const text = takeEncap(words);
    if (text === undefined) return false;
    hop.extras.push(["encap", text]);
    return true;
  },
  print({ hop }) {
    const text = hop === null ? undefined : extraOf(hop, "encap");
    return text === undefined ? "" : ` encap ${String(text)} `;
  },
};

/** A gateway of the other family is `via inet6 fe80::1`. */
const via: LinePhrase = {
  words: ["via"],
  read({ hop }, words) {
    if (peekWord(words) === "inet6" || peekWord(words) === "inet") takeWord(words);
    const gateway = takeValue(words, addressValue);
    if (gateway === undefined) return false;
    hop.via = gateway;
    return true;
  },
  print({ route, hop }) {
    const gateway = hop?.via ?? null;
    if (gateway === null) return "";
    const family = familyOf(gateway);
    const named = family === route.family ? "" : family === "ip6" ? "inet6 " : "inet ";
    return `via ${named}${addressValue.print(gateway)} `;
  },
};

const dev: LinePhrase = phrase(
  "dev",
  textValue,
  ({ hop }) => hop?.dev ?? null,
  ({ hop }, v) => (hop.dev = v),
);

const weight: LinePhrase = phrase(
  "weight",
  numberValue,
  ({ hop }) => hop?.weight ?? null,
  ({ hop }, v) => (hop.weight = v),
);

/** rtnh_flags and rtm_flags (ip/iproute.c print_rt_flags). */
const FLAGS: readonly string[] = [
  "dead",
  "onlink",
  "pervasive",
  "offload",
  "trap",
  "notify",
  "linkdown",
  "unresolved",
  "rt_offload",
  "rt_trap",
  "rt_offload_failed",
  "offload_failed",
];

const flags: LinePhrase = {
  words: FLAGS,
  read({ hop }, _words, word) {
    hop.flags.push(word);
    return true;
  },
  print: ({ hop }) => (hop?.flags ?? []).map((flag) => `${flag} `).join(""),
};

/** On the first line of a route that has no nexthop there, the flags are its own: the parser moves them to the extras. */
const routeFlags: LinePhrase = {
  ...flags,
  print: (line) => flags.print(line) + ownFlags.print(line.route),
};
const ownFlags = extra(FLAGS, 0);

const table: LinePhrase = {
  words: ["table"],
  read({ route }, words) {
    const name = takeValue(words, tableValue);
    if (name === undefined) return false;
    // `ip -d` spells the table even where it goes without saying.
    if (name === route.table) route.extras.push(["table", name]);
    route.table = name;
    return true;
  },
  print({ route, oneTable }) {
    const goesWithoutSaying = oneTable || route.table === "main";
    return goesWithoutSaying && extraOf(route, "table") === undefined ? "" : `table ${route.table} `;
  },
};

/** Metrics of a route; each may be locked. */
const METRICS: readonly string[] = [
  "mtu",
  "window",
  "rtt",
  "rttvar",
  "ssthresh",
  "cwnd",
  "advmss",
  "reordering",
  "hoplimit",
  "initcwnd",
  "features",
  "rto_min",
  "initrwnd",
  "quickack",
  "congctl",
  "fastopen_no_cookie",
];

const aboutRoute: readonly Phrase<Route>[] = [
  extra(["realm", "realms"], 1),
  extra(["mark", "uid"], 1),
  extra(["users", "age", "used"], 1),
  extra(["expires", "error"], 1),
  extra(METRICS, 1, { prefixes: ["lock"] }),
  extra(["iif"], 1),
  extra(["pref"], 1, { after: "" }),
  extra(["ttl-propagate"], 1, { before: " ", after: "" }),
];

function ofRoute(inner: Phrase<Route>): LinePhrase {
  return {
    words: inner.words,
    read: ({ route }, words, word) => inner.read(route, words, word),
    print: ({ route }) => inner.print(route),
  };
}

/** What stands behind the destination. */
export const routeWords: readonly LinePhrase[] = [
  ofRoute(
    phrase(
      "from",
      prefixValue,
      (r) => r.from,
      (d, v) => (d.from = v),
    ),
  ),
  encap,
  ofRoute(
    phrase(
      "tos",
      tosValue,
      (r) => r.tos,
      (d, v) => (d.tos = v),
    ),
  ),
  ofRoute(extra(["nhid"], 1)),
  via,
  dev,
  table,
  ofRoute(
    phrase(
      "proto",
      textValue,
      (r) => r.protocol,
      (d, v) => (d.protocol = v),
    ),
  ),
  ofRoute(
    phrase(
      "scope",
      scopeValue,
      (r) => r.scope,
      (d, v) => (d.scope = v),
    ),
  ),
  ofRoute(
    phrase(
      "src",
      addressValue,
      (r) => r.prefSrc,
      (d, v) => (d.prefSrc = v),
    ),
  ),
  ofRoute(
    phrase(
      "metric",
      numberValue,
      (r) => r.metric,
      (d, v) => (d.metric = v),
    ),
  ),
  routeFlags,
  ...aboutRoute.map(ofRoute),
];

/** What stands behind `nexthop`. */
export const hopWords: readonly LinePhrase[] = [encap, via, dev, weight, flags];

export const routeKeywords: ReadonlyMap<string, LinePhrase> = byKeyword(routeWords);
export const hopKeywords: ReadonlyMap<string, LinePhrase> = byKeyword(hopWords);
