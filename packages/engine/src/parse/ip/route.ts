import { familyOf, zeroOf } from "../../base/address.ts";
import type { Family, Prefix } from "../../base/address.ts";
import { parsePrefix } from "../../base/address.ts";
import { peekWord, takeRest, takeWord, wordsOf } from "../../base/words.ts";
import type { Word, Words } from "../../base/words.ts";
import { extraOf } from "../../ext/ip/phrase.ts";
import { hopKeywords, routeKeywords, routeTypeOf } from "../../ext/ip/route.ts";
import type { HopDraft } from "../../ext/ip/route.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Draft } from "../../model/draft.ts";
import type { Nexthop, Route } from "../../model/routing.ts";
import { looksLikeJson, parseJsonObjects } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { linesOf, sayUnknownLine, unjoinLine, wordsOfLine } from "../lines.ts";
import { diagnosticsOf, newReport } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { readStatement, sayUnknownWord } from "../statement.ts";
import { bare, keyword, scalarText, spellObject, wordAt } from "./json-words.ts";
import type { Spelling } from "./json-words.ts";

export interface IpRouteOptions extends ParseOptions {
  /** For `default` routes that do not show their family. Absent: IPv6 where a word says so, else IPv4. */
  readonly family?: Family;
  /** The table of the routes that name none: `11` for `ip route show table 11`. Absent: main. */
  readonly table?: string;
}

/** `ip route show …` of either family or both, with `-d`, `-o` and `-j` alike. */
export function parseIpRoute(text: string, file: string, options: IpRouteOptions = {}): Parsed<readonly Route[]> {
  const listing: Listing = { report: newReport(file, "ip route"), options, routes: [], open: null };
  if (looksLikeJson(text)) {
    for (const object of parseJsonObjects(text, listing.report, options)) readObject(object, listing);
  } else {
    for (const line of linesOf(text, listing.report, options)) {
      for (const piece of unjoinLine(line)) {
        if (!readLine(wordsOf(wordsOfLine(piece)), listing)) sayUnknownLine(listing.report, piece);
      }
    }
  }
  close(listing);
  return { value: listing.routes, diagnostics: diagnosticsOf(listing.report) };
}

interface Listing {
  readonly report: Report;
  readonly options: IpRouteOptions;
  readonly routes: Route[];
  /** The route that nexthop lines would still belong to. */
  open: OpenRoute | null;
}

interface OpenRoute {
  readonly route: Draft<Route>;
  /** The destination; null for `default`, whose family shows later. */
  readonly dst: Prefix | null;
  /** False: a part of it could not be read, and it is left out. */
  whole: boolean;
}

/** One line; false: it is none of a route listing. */
function readLine(words: Words, listing: Listing): boolean {
  const first = peekWord(words);
  if (first === "nexthop" || first === "nh_info") {
    takeWord(words);
    if (listing.open === null) return false;
    if (first === "nexthop") readHop(words, listing.open, listing.report);
    else listing.open.route.extras.push(["nh_info", takeRest(words)]);
    return true;
  }
  close(listing);
  return readRoute(words, listing);
}

/** The line of a route up to its nexthops. */
function readRoute(words: Words, listing: Listing): boolean {
  const start = words.items[0];
  if (start === undefined) return false;
  const type = routeTypeOf(start.text);
  if (type !== undefined) takeWord(words);
  const target = takeWord(words);
  const dst = target === "default" ? null : parsePrefix(target ?? "");
  if (dst === null && target !== "default") return false;
  const route = newRoute(listing, start.line);
  route.type = type ?? "unicast";
  // `ip -d` spells even the type that goes without saying.
  if (type === "unicast") route.extras.push([type, null]);
  const open: OpenRoute = { route, dst, whole: true };
  listing.open = open;
  const hop = newHop();
  open.whole = readStatement({ route, hop }, words, routeKeywords, listing.report, (word) => {
    route.extras.push([word, null]);
    return false;
  });
  if (hop.via !== null || hop.dev !== null || hop.extras.length > 0) route.nexthops.push(closeHop(hop));
  else for (const flag of hop.flags) route.extras.push([flag, null]);
  return true;
}

function readHop(words: Words, open: OpenRoute, report: Report): void {
  const hop = newHop();
  const read = readStatement({ route: open.route, hop }, words, hopKeywords, report, () => false);
  if (read) open.route.nexthops.push(closeHop(hop));
  else open.whole = false;
}

function newRoute({ options, report }: Listing, line: number): Draft<Route> {
  return {
    family: options.family ?? "ip",
    type: "unicast",
    dst: { address: 0, length: 0 },
    from: null,
    tos: null,
    table: options.table ?? "main",
    metric: null,
    scope: null,
    protocol: null,
    prefSrc: null,
    nexthops: [],
    extras: [],
    span: { file: report.file, line },
  };
}

function newHop(): HopDraft {
  return { via: null, dev: null, weight: 1, flags: [], extras: [] };
}

function closeHop({ via, dev, weight, flags, extras }: HopDraft): Nexthop {
  return extras.length === 0 ? { via, dev, weight, flags } : { via, dev, weight, flags, extras };
}

/** Puts the open route into the list, its family known now. */
function close(listing: Listing): void {
  const { open } = listing;
  listing.open = null;
  if (open?.whole !== true) return;
  const family = familyOfRoute(open, listing.options.family);
  listing.routes.push({ ...open.route, family, dst: open.dst ?? { address: zeroOf(family), length: 0 } });
}

/** IPv6 routes print a preference (since Linux 4.1) and may print a `from`; a gateway may be of the other family. */
function familyOfRoute({ route, dst }: OpenRoute, given: Family | undefined): Family {
  const address = dst?.address ?? route.from?.address ?? route.prefSrc;
  if (address !== null) return familyOf(address);
  if (extraOf(route, "pref") !== undefined) return "ip6";
  if (given !== undefined) return given;
  const gateway = route.nexthops[0]?.via ?? null;
  return gateway === null ? "ip" : familyOf(gateway);
}

/** An object of `ip -j route`. Its keys stand in the order of the text, so the second `dst` is the encapsulation's. */
function readObject(object: JsonObject, listing: Listing): void {
  close(listing);
  const words: Word[] = [];
  const hops: (readonly [string, Json])[] = [];
  const entries = object.entries.filter((entry) => {
    const isHop = entry[0] === "nexthops" || entry[0] === "nh_info";
    if (isHop) hops.push(entry);
    return !isHop;
  });
  spellObject({ ...object, entries }, spellingsOf(), words);
  const read = wordsOf(words);
  if (!readRoute(read, listing)) {
    read.at = Math.min(1, words.length);
    sayUnknownWord(read, listing.report);
    return;
  }
  for (const [key, value] of hops) {
    for (const hop of value.kind === "array" ? value.items : [value]) {
      if (hop.kind === "object") readLine(wordsOf(spellHop(key, hop)), listing);
    }
  }
}

function spellHop(key: string, hop: JsonObject): Word[] {
  const words = [wordAt(hop, key === "nexthops" ? "nexthop" : key)];
  return spellObject(hop, key === "nexthops" ? JSON_HOP : JSON_NH_INFO, words);
}

const gateway = keyword("via");

const JSON_HOP: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ["gateway", gateway],
  ["via", spellVia],
  ["flags", bare],
]);

/** The first `dst` is the destination, a later one a word of the encapsulation. */
function spellingsOf(): ReadonlyMap<string, Spelling> {
  let seen = false;
  const dst: Spelling = (value, out) => {
    (seen ? keyword("dst") : bare)(value, out);
    seen = true;
  };
  return new Map([...JSON_ROUTE, ["dst", dst]]);
}

const JSON_ROUTE: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ...JSON_HOP,
  ["type", bare],
  ["protocol", keyword("proto")],
  ["prefsrc", keyword("src")],
  ["flow", spellFlow],
  ["metrics", spellMetrics],
  ["expires", spellSeconds],
]);

const JSON_NH_INFO: ReadonlyMap<string, Spelling> = new Map<string, Spelling>([
  ...JSON_HOP,
  ["protocol", keyword("proto")],
  ["group", spellGroup],
]);

function spellVia(value: Json, out: Word[]): void {
  if (value.kind !== "object") return;
  out.push(wordAt(value, "via"));
  spellObject(
    value,
    new Map([
      ["family", bare],
      ["host", bare],
    ]),
    out,
  );
}

/** `realms 3/4`, or `realm 4` where only the destination has one. */
function spellFlow(value: Json, out: Word[]): void {
  if (value.kind !== "object") return;
  const ends = value.entries.map(([, end]) => scalarText(end));
  out.push(wordAt(value, ends.length > 1 ? "realms" : "realm"), wordAt(value, ends.join("/")));
}

function spellSeconds(value: Json, out: Word[]): void {
  out.push(wordAt(value, "expires"), wordAt(value, `${scalarText(value)}sec`));
}

/** Metrics whose JSON is in milliseconds. */
const TIMES: ReadonlySet<string> = new Set(["rtt", "rttvar", "rto_min"]);

function spellMetrics(value: Json, out: Word[]): void {
  for (const metrics of value.kind === "array" ? value.items : []) {
    if (metrics.kind !== "object") continue;
    for (const [name, metric] of metrics.entries) {
      const text = scalarText(metric);
      if (name === "ecn") out.push(wordAt(metric, "features"), wordAt(metric, name));
      else if (TIMES.has(name)) out.push(wordAt(metric, name), wordAt(metric, printTime(Number(text))));
      else keyword(name === "congestion" ? "congctl" : name)(metric, out);
    }
  }
}

/** iproute2 prints whole seconds as such. */
function printTime(ms: number): string {
  return ms >= 1000 ? `${String(ms / 1000)}s` : `${String(ms)}ms`;
}

/** `group 10/11,3`: members, each with its weight where that is not 1. */
function spellGroup(value: Json, out: Word[]): void {
  const members = (value.kind === "array" ? value.items : []).flatMap((member) =>
    member.kind === "object" ? [member.entries.map(([, item]) => scalarText(item)).join(",")] : [],
  );
  out.push(wordAt(value, "group"), wordAt(value, members.join("/")));
}
