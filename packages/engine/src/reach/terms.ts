import { parseProtocol } from "../base/protocols.ts";
import { wordOf } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import type { Condition, Formula, Outcome, Port, RulePlace, State, Target } from "./query.ts";
import type { Token } from "./tokens.ts";
import {
  addressesOf,
  deviceOf,
  looksLikePort,
  markOf,
  placeOf,
  portOf,
  rangesOf,
  ruleNumberOf,
  rulePlaceOf,
} from "./values.ts";
import { BLOCKED, FARED, NODE, PORT_WORDS, PREPOSITIONS, PROTOCOLS, REACH, SERVICES, TRANSLATIONS } from "./words.ts";

/** A part of a question: about packets as they entered, or about what became of them. */
export type Part =
  | { readonly about: "condition"; readonly formula: Formula<Condition> }
  | { readonly about: "outcome"; readonly formula: Formula<Outcome> };

/** Reads what follows the word; null: a problem was noted. */
export type TermReader = (cursor: Cursor) => Part | null;

function condition(term: Condition): Part {
  return packets({ kind: "term", term });
}

function packets(formula: Formula<Condition>): Part {
  return { about: "condition", formula };
}

function outcome(term: Outcome): Part {
  return { about: "outcome", formula: { kind: "term", term } };
}

const STATES: readonly (State | "any")[] = ["new", "established", "related", "invalid", "untracked", "any"];

const PORTS = ["PROTOCOL/PORT", "PROTOCOL/PORT-PORT", "icmp/TYPE"];
const PLACES = ["ADDRESS", "NET", "ADDRESS-ADDRESS", "node"];

/** The words that begin a condition. */
const CONDITIONS: ReadonlyMap<string, TermReader> = new Map<string, TermReader>([
  ["from", readFrom],
  ["to", readTo],
  ["on", readTo],
  ["at", readTo],
  ["in", readDevice],
  ["local", (): Part => condition({ kind: "local" })],
  ["locally", (): Part => condition({ kind: "local" })],
  ["proto", readProtocol],
  ["protocol", readProtocol],
  ["port", (cursor): Part | null => readSidePort(cursor, "dport")],
  ["ports", (cursor): Part | null => readSidePort(cursor, "dport")],
  ["sport", (cursor): Part | null => readSidePort(cursor, "sport")],
  ["mark", (cursor): Part | null => readMark(cursor, "mark")],
  ["ctmark", (cursor): Part | null => readMark(cursor, "ctmark")],
  ["state", readState],
  ...(["new", "established", "related", "invalid"] as const).map((state): [string, TermReader] => [
    state,
    (): Part => condition({ kind: "state", state }),
  ]),
  ["ttl", (cursor): Part | null => readNumber(cursor, "ttl", 0xff)],
  ["length", (cursor): Part | null => readNumber(cursor, "length", 0xffff)],
  ["ip4", (): Part => condition({ kind: "family", family: "ip" })],
  ["ipv4", (): Part => condition({ kind: "family", family: "ip" })],
  ["ip6", (): Part => condition({ kind: "family", family: "ip6" })],
  ["ipv6", (): Part => condition({ kind: "family", family: "ip6" })],
  ...[...PROTOCOLS].map(([name, protocol]): [string, TermReader] => [
    name,
    (): Part => condition({ kind: "protocol", protocol }),
  ]),
  ...[...SERVICES].map(([name, ports]): [string, TermReader] => [
    name,
    (cursor): Part | null => readService(cursor, ports),
  ]),
]);

/** The words that begin an outcome. */
const OUTCOMES: ReadonlyMap<string, TermReader> = new Map<string, TermReader>([
  ...spelled(REACH, readReach),
  ...spelled(["leave", "leaves", "leaving"], readLeave),
  ...spelled(["match", "matches", "matching"], readMatch),
  ...[...FARED].flatMap(([kind, words]) => spelled(words, () => outcome({ kind }))),
  ...spelled(BLOCKED, readBlocked),
  ...[...TRANSLATIONS].flatMap(([how, words]) => spelled(words, (cursor) => readTranslated(cursor, how))),
  ...spelled(["marked"], readMarked),
]);

function spelled(words: readonly string[], read: TermReader): readonly [string, TermReader][] {
  return words.map((word) => [word, read]);
}

/** Every word that begins something. */
export const TERM_WORDS: readonly string[] = [...CONDITIONS.keys(), ...OUTCOMES.keys()];

/** What a mistake is answered with: one word for each thing that can be said. */
export const CONDITIONS_EXPECTED: readonly string[] =
  "from to in local PROTOCOL PROTOCOL/PORT SERVICE port sport proto mark ctmark state ttl length ip4 ip6".split(" ");
export const OUTCOMES_EXPECTED: readonly string[] = [
  "reach",
  "leave by",
  "match",
  "marked",
  ...FARED.keys(),
  "blocked",
  ...TRANSLATIONS.keys(),
];

/** The reader of what a word begins; null: it begins nothing. */
export function readerOf(token: Token | null): TermReader | null {
  const word = wordOf(token);
  if (word === null) return null;
  return CONDITIONS.get(word) ?? OUTCOMES.get(word) ?? null;
}

/** Is this word, as the value of another, surely a mistake: it begins something itself? */
function isKeyword(token: Token | null): boolean {
  return token !== null && token.kind !== "quoted" && (token.kind !== "word" || readerOf(token) !== null);
}

/** Takes the next word as a value; what cannot be read is a problem. */
function value<T>(cursor: Cursor, read: (text: string) => T | null, expected: readonly string[]): T | null {
  const token = cursor.peek();
  const found = token === null || isKeyword(token) ? null : read(token.text);
  if (found === null) return cursor.fail(expected);
  cursor.take();
  return found;
}

/** `from any`, `to unicast`. */
function readScope(cursor: Cursor, side: "src" | "dst"): Part | null {
  const word = cursor.peekWord();
  const scope = SCOPES.find((known) => known === word);
  if (scope === undefined) return null;
  cursor.take();
  return condition({ kind: "scope", side, scope });
}

const SCOPES = ["any", "unicast"] as const;

/** Of a word alone, too: `10.0.0.1` in “can 10.0.0.1 reach …”. */
export function readFrom(cursor: Cursor): Part | null {
  if (cursor.takeIf(PORT_WORDS)) return readSidePort(cursor, "sport");
  if (cursor.takeIf(NODE)) return condition({ kind: "local" });
  const scope = readScope(cursor, "src");
  return scope ?? value(cursor, (text) => address("src", text) ?? device(text), [...PLACES, "DEVICE"]);
}

function address(side: "src" | "dst", text: string): Part | null {
  const addresses = addressesOf(text);
  return addresses === null ? null : condition({ kind: "address", side, addresses });
}

function device(text: string): Part | null {
  const pattern = deviceOf(text);
  return pattern === null ? null : condition({ kind: "device", device: pattern });
}

function readTo(cursor: Cursor): Part | null {
  if (isPortOrWord(cursor.peek())) {
    const ports = readTargetPort(cursor);
    return ports === null ? null : packets(eitherPort(ports));
  }
  const scope = readScope(cursor, "dst");
  if (scope !== null) return scope;
  const place = readToPlace(cursor);
  return place === null ? null : packets(place);
}

function readToPlace(cursor: Cursor): Formula<Condition> | null {
  if (cursor.takeIf(NODE)) return { kind: "term", term: { kind: "own-address" } };
  return value(cursor, toPlace, [...PLACES, "ADDRESS:PORT"]);
}

/** With a port it is two conditions. */
function toPlace(text: string): Formula<Condition> | null {
  const place = placeOf(text);
  if (place === null) return null;
  const to: Formula<Condition> = { kind: "term", term: { kind: "address", side: "dst", addresses: place.addresses } };
  if (place.ports === null) return to;
  return { kind: "all", parts: [to, dport({ protocol: null, ranges: place.ports })] };
}

function readDevice(cursor: Cursor): Part | null {
  return value(cursor, device, ["DEVICE"]);
}

function readProtocol(cursor: Cursor): Part | null {
  const token = cursor.peek();
  const protocol = token === null ? null : parseProtocol(token.text);
  if (protocol === null) return cursor.fail(["PROTOCOL"]);
  cursor.take();
  return condition({ kind: "protocol", protocol });
}

function readSidePort(cursor: Cursor, side: "sport" | "dport"): Part | null {
  const port = readAnyPort(cursor);
  return port === null ? null : condition({ kind: "port", side, port });
}

function readMark(cursor: Cursor, field: "mark" | "ctmark"): Part | null {
  const mark = value(cursor, markOf, ["MARK", "MARK/MASK"]);
  return mark === null ? null : condition({ kind: "mark", field, mark });
}

function readState(cursor: Cursor): Part | null {
  // `untracked` begins an outcome where it stands alone.
  const word = cursor.peekWord();
  const state = STATES.find((known) => known === word);
  if (state === undefined) return cursor.fail(STATES);
  cursor.take();
  return condition({ kind: "state", state });
}

function readNumber(cursor: Cursor, field: "ttl" | "length", highest: number): Part | null {
  const ranges = value(cursor, (text) => rangesOf(text, highest), ["N", "N-N"]);
  return ranges === null ? null : condition({ kind: "number", field, ranges });
}

/** `dns`; with a place right behind it also a verb: `ping 10.0.0.2`. */
function readService(cursor: Cursor, ports: readonly Port[]): Part | null {
  const service = eitherPort(ports);
  if (!isTarget(cursor.peek())) return packets(service);
  const place = readToPlace(cursor);
  return place === null ? null : packets({ kind: "all", parts: [service, place] });
}

function eitherPort(ports: readonly Port[]): Formula<Condition> {
  const parts = ports.map(dport);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "any", parts };
}

function dport(port: Port): Formula<Condition> {
  return { kind: "term", term: { kind: "port", side: "dport", port } };
}

/** `tcp/80`, where it stands as a condition. */
export function readPortWord(cursor: Cursor): Part | null {
  const port = value(cursor, portOf, PORTS);
  return port === null ? null : packets(dport(port));
}

/** Does a port stand here: `tcp/80`, or the name of a service? */
export function isPort(token: Token | null): boolean {
  return token?.kind === "word" && (looksLikePort(token.text) || SERVICES.has(token.text.toLowerCase()));
}

/** `port 80`; without a number behind it the word means nothing. */
function isPortOrWord(token: Token | null): boolean {
  return isPort(token) || (token?.kind === "word" && PORT_WORDS.has(token.text.toLowerCase()));
}

function readBlocked(): Part {
  const parts = (["dropped", "rejected"] as const).map((kind): Formula<Outcome> => ({ kind: "term", term: { kind } }));
  return { about: "outcome", formula: { kind: "any", parts } };
}

function readLeave(cursor: Cursor): Part | null {
  cursor.takeIf(PREPOSITIONS);
  const pattern = value(cursor, deviceOf, ["DEVICE"]);
  return pattern === null ? null : outcome({ kind: "leave", device: pattern });
}

function readMarked(cursor: Cursor): Part | null {
  const mark = value(cursor, markOf, ["MARK", "MARK/MASK"]);
  return mark === null ? null : outcome({ kind: "marked", mark });
}

const TO: ReadonlySet<string> = new Set(["to"]);

/** `to` directly behind the word is what the address became. */
function readTranslated(cursor: Cursor, how: "masqueraded" | "snatted" | "dnatted"): Part | null {
  if (!cursor.takeIf(TO)) return outcome({ kind: "translated", how, to: null });
  const to = value(cursor, placeOf, ["ADDRESS", "NET", "ADDRESS:PORT"]);
  return to === null ? null : outcome({ kind: "translated", how, to });
}

const RULE: ReadonlySet<string> = new Set(["rule"]);
const RULES = ["rule N of chain [TABLE/]CHAIN", "[TABLE/]CHAIN/N"];

function readMatch(cursor: Cursor): Part | null {
  const rule = cursor.takeIf(RULE) ? readRule(cursor) : value(cursor, rulePlaceOf, RULES);
  return rule === null ? null : outcome({ kind: "rule", how: "match", rule });
}

const CHAIN: ReadonlySet<string> = new Set(["chain"]);
const TABLE: ReadonlySet<string> = new Set(["table"]);

/** Behind `rule`: `3 of chain FORWARD`, `3 of filter/FORWARD`, `3 of chain FORWARD of table filter`. */
function readRule(cursor: Cursor): RulePlace | null {
  const rule = value(cursor, ruleNumberOf, ["N"]);
  if (rule === null) return null;
  cursor.takeIf(PREPOSITIONS);
  cursor.takeIf(CHAIN);
  const path = cursor.peek()?.text ?? "";
  if (!/^([^/]+\/)?[^/]+$/.test(path)) return cursor.fail(["[TABLE/]CHAIN"]);
  cursor.take();
  const slash = path.indexOf("/");
  const named = { chain: path.slice(slash + 1), rule };
  if (slash >= 0) return { table: path.slice(0, slash), ...named };
  if (!cursor.takeIf(TABLE)) return { table: null, ...named };
  const table = value(cursor, (text) => text, ["TABLE"]);
  return table === null ? null : { table, ...named };
}

const TARGETS = [...PLACES, "ADDRESS:PORT", "PROTOCOL/PORT", ...RULES];

/** Ports, places, or both: `tcp/80 or tcp/443 on 10.0.0.2`. */
function readReach(cursor: Cursor): Part | null {
  const next = cursor.peek();
  if (cursor.takeIf(RULE)) {
    const rule = readRule(cursor);
    return rule === null ? null : outcome({ kind: "rule", how: "reach", rule });
  }
  if (next?.kind === "word" && !isPort(next) && addressesOf(next.text) === null) {
    const rule = rulePlaceOf(next.text);
    if (rule !== null) {
      cursor.take();
      return outcome({ kind: "rule", how: "reach", rule });
    }
  }
  const ports = readTargetPorts(cursor);
  const places = ports === null ? null : readTargetPlaces(cursor, ports.length > 0);
  return ports === null || places === null ? null : outcome({ kind: "reach", target: { ports, places } });
}

function readTargetPorts(cursor: Cursor): readonly Port[] | null {
  const ports: Port[] = [];
  while (isPortOrWord(cursor.peek())) {
    const read = readTargetPort(cursor);
    if (read === null) return null;
    for (const port of read) ports.push(port);
    if (cursor.peekWord() !== "or" || !isPortOrWord(cursor.peekSecond())) break;
    cursor.take();
  }
  return ports;
}

function readTargetPort(cursor: Cursor): readonly Port[] | null {
  const service = SERVICES.get(cursor.peekWord() ?? "");
  if (service !== undefined) {
    cursor.take();
    return service;
  }
  const port = cursor.takeIf(PORT_WORDS) ? readAnyPort(cursor) : value(cursor, portOf, PORTS);
  return port === null ? null : [port];
}

/** `80`: of any protocol that has ports; or of one. */
function readAnyPort(cursor: Cursor): Port | null {
  const read = (text: string): Port | null => {
    const ranges = rangesOf(text);
    return portOf(text) ?? (ranges === null ? null : { protocol: null, ranges });
  };
  return value(cursor, read, ["PORT", "PORT-PORT"]);
}

/** Behind ports there need be none: anywhere. */
function readTargetPlaces(cursor: Cursor, hasPorts: boolean): Target["places"] | null {
  const isAnnounced = PREPOSITIONS.has(cursor.peekWord() ?? "") && isTarget(cursor.peekSecond());
  if (isAnnounced) cursor.take();
  const places: Target["places"][number][] = [];
  while (isTarget(cursor.peek())) {
    const place = cursor.takeIf(NODE) ? "node" : value(cursor, placeOf, TARGETS);
    if (place === null) return null;
    places.push(place);
    if (cursor.peekWord() !== "or" || !isTarget(cursor.peekSecond())) break;
    cursor.take();
  }
  return places.length > 0 || hasPorts ? places : cursor.fail(TARGETS);
}

function isTarget(token: Token | null): boolean {
  if (token?.kind !== "word") return false;
  return NODE.has(token.text.toLowerCase()) || placeOf(token.text) !== null;
}
