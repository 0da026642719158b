import { parseAddress } from "../../base/address.ts";
import type { Address } from "../../base/address.ts";
import { peekWord, takeWord, wordsOf } from "../../base/words.ts";
import type { Words } from "../../base/words.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type { Draft } from "../../model/draft.ts";
import type { ConntrackEntry, Tuple } from "../../model/host.ts";
import { linesOf, sayUnknownLine, wordsOfLine } from "../lines.ts";
import type { Line } from "../lines.ts";
import { diagnosticsOf, newReport, quoted, say, spanOfWord } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { sayUnknownWord } from "../statement.ts";

/** `conntrack -L`, with `-o extended` and `-o id` alike, and /proc/net/nf_conntrack. */
export function parseConntrack(
  text: string,
  file: string,
  options: ParseOptions = {},
): Parsed<readonly ConntrackEntry[]> {
  const report = newReport(file, "conntrack -L");
  const entries: ConntrackEntry[] = [];
  for (const line of linesOf(text, report, options)) {
    if (SUMMARY.test(line.text)) continue;
    const entry = readEntry(line, report);
    if (entry === "not-one") sayUnknownLine(report, line);
    else if (entry !== null) entries.push(entry);
  }
  return { value: entries, diagnostics: diagnosticsOf(report) };
}

/** What the tool says on standard error, in listings that caught both. */
const SUMMARY = /^conntrack v[\d.]+ \(conntrack-tools\): \d+ flow entries/;

type EntryDraft = Omit<Draft<ConntrackEntry>, "original" | "reply" | "zoneDirection"> & {
  zoneDirection: "original" | "reply" | null;
  /** The direction that a word without a name of its own belongs to. */
  readonly tuples: TupleDraft[];
};

interface TupleDraft {
  src: Address | null;
  dst: Address | null;
  sport: number;
  dport: number;
  icmpType: number | null;
  icmpCode: number | null;
  /** An ICMP query id must follow. */
  awaitsId: boolean;
}

function newTuple(): TupleDraft {
  return { src: null, dst: null, sport: 0, dport: 0, icmpType: null, icmpCode: null, awaitsId: false };
}

/** One flow; null where a value of it cannot be read, which has been said. */
function readEntry(line: Line, report: Report): ConntrackEntry | "not-one" | null {
  const words = wordsOf(wordsOfLine(line));
  const proto = takeProtocol(words);
  if (proto === null) return "not-one";
  const draft: EntryDraft = {
    timeout: null,
    state: null,
    seenReply: true,
    assured: false,
    mark: 0,
    zone: 0,
    zoneDirection: null,
    helper: null,
    text: line.text,
    span: { file: report.file, line: line.number },
    tuples: [],
  };
  for (let word = takeWord(words); word !== undefined; word = takeWord(words)) {
    if (!readWord(word, words, draft, report)) return null;
  }
  const [first, second] = draft.tuples;
  const original = first === undefined ? null : finishedTuple(first, proto);
  const reply = second === undefined ? null : finishedTuple(second, proto);
  if (original === null || reply === null) return "not-one";
  const { timeout, state, seenReply, assured, mark, zone, zoneDirection, helper, text, span } = draft;
  const entry = { original, reply, timeout, state, seenReply, assured, mark, zone, helper, text, span };
  return zoneDirection === null ? entry : { ...entry, zoneDirection };
}

const FAMILIES: ReadonlySet<string> = new Set(["ipv4", "ipv6"]);

/** `tcp 6`, or `ipv4 2 tcp 6` of the extended form. */
function takeProtocol(words: Words): number | null {
  if (FAMILIES.has(peekWord(words) ?? "")) words.at += 2;
  words.at++;
  const number = takeWord(words) ?? "";
  return /^\d{1,3}$/.test(number) && Number(number) <= 255 ? Number(number) : null;
}

/** Field by field: a listing can have a million flows, and a rest pattern is many times slower. */
function finishedTuple(tuple: TupleDraft, proto: number): Tuple | null {
  const { src, dst, sport, dport, icmpType, icmpCode } = tuple;
  return src === null || dst === null ? null : { src, dst, proto, sport, dport, icmpType, icmpCode };
}

const STATE = /^[A-Z][A-Z0-9_]*$/;

/** Words without a value that stand in brackets (nf_conntrack_standalone.c ct_seq_show). */
const BRACKETS: ReadonlyMap<string, (draft: EntryDraft) => void> = new Map([
  ["[UNREPLIED]", (draft: EntryDraft): void => void (draft.seenReply = false)],
  ["[ASSURED]", (draft: EntryDraft): void => void (draft.assured = true)],
  ["[OFFLOAD]", (): void => undefined],
  ["[HW_OFFLOAD]", (): void => undefined],
]);

/** One word behind the protocol; false: it has a value that cannot be read. */
function readWord(word: string, words: Words, draft: EntryDraft, report: Report): boolean {
  const equals = word.indexOf("=");
  if (equals > 0) return readPair(word.slice(0, equals), word.slice(equals + 1), words, draft, report);
  const bracket = BRACKETS.get(word);
  if (bracket !== undefined) bracket(draft);
  else if (draft.tuples.length === 0 && draft.timeout === null && /^\d{1,10}$/.test(word)) draft.timeout = Number(word);
  else if (draft.tuples.length === 0 && STATE.test(word)) draft.state = word;
  else sayUnknownWord(words, report);
  return true;
}

/** Reads a value into the draft; false: malformed. */
type PairReader = (value: string, draft: EntryDraft) => boolean;

function ofTuple(set: (tuple: TupleDraft, value: number) => void, max: number): PairReader {
  return (text, draft) => {
    const tuple = draft.tuples.at(-1);
    const value = parseNumber(text, max);
    if (tuple === undefined || value === null) return false;
    set(tuple, value);
    return true;
  };
}

function parseNumber(text: string, max: number): number | null {
  const value = /^(\d{1,10}|0x[0-9a-fA-F]{1,8})$/.test(text) ? Number(text) : Infinity;
  return value <= max ? value : null;
}

function address(end: "src" | "dst"): PairReader {
  return (text, draft) => {
    if (end === "src") draft.tuples.push(newTuple());
    const tuple = draft.tuples.at(-1);
    const value = parseAddress(text);
    if (tuple === undefined || value === null) return false;
    tuple[end] = value;
    return true;
  };
}

function zone(direction: "original" | "reply" | null): PairReader {
  return (text, draft) => {
    const value = parseNumber(text, 0xffff);
    if (value === null) return false;
    draft.zone = value;
    draft.zoneDirection = direction;
    return true;
  };
}

function ignored(): boolean {
  return true;
}

/** `key=value` words. A `src=` begins the next direction. Keys of GRE stand in the places of ports, as the kernel keeps them. */
const PAIRS: ReadonlyMap<string, PairReader> = new Map<string, PairReader>([
  ["src", address("src")],
  ["dst", address("dst")],
  ["sport", ofTuple((tuple, value) => (tuple.sport = value), 0xffff)],
  ["dport", ofTuple((tuple, value) => (tuple.dport = value), 0xffff)],
  ["srckey", ofTuple((tuple, value) => (tuple.sport = value), 0xffff_ffff)],
  ["dstkey", ofTuple((tuple, value) => (tuple.dport = value), 0xffff_ffff)],
  ["type", ofTuple((tuple, value) => (tuple.icmpType = value), 255)],
  ["code", ofTuple((tuple, value) => Object.assign(tuple, { icmpCode: value, awaitsId: true }), 255)],
  ["id", icmpId],
  [
    "mark",
    (text, draft) => {
      const value = parseNumber(text, 0xffff_ffff);
      if (value !== null) draft.mark = value;
      return value !== null;
    },
  ],
  ["zone", zone(null)],
  ["zone-orig", zone("original")],
  ["zone-reply", zone("reply")],
  [
    "helper",
    (text, draft) => {
      draft.helper = text;
      return true;
    },
  ],
  ...[
    "packets",
    "bytes",
    "use",
    "secctx",
    "secmark",
    "timeout",
    "stream_timeout",
    "delta-time",
    "labels",
    "start",
    "stop",
  ].map((key): [string, PairReader] => [key, ignored]),
]);

/** The `id` right behind type and code is the ICMP query id; that of the flow itself (`-o id`) comes last. */
function icmpId(text: string, draft: EntryDraft): boolean {
  const tuple = draft.tuples.at(-1);
  const isQuery = tuple?.awaitsId === true;
  const value = parseNumber(text, isQuery ? 0xffff : 0xffff_ffff);
  if (value !== null && tuple !== undefined && isQuery) {
    tuple.sport = value;
    tuple.awaitsId = false;
  }
  return value !== null;
}

function readPair(key: string, value: string, words: Words, draft: EntryDraft, report: Report): boolean {
  const reader = PAIRS.get(key);
  if (reader === undefined) {
    sayUnknownWord(words, report);
    return true;
  }
  if (reader(value, draft)) return true;
  const item = words.items[words.at - 1];
  if (item !== undefined) {
    say(report, "bad-word-value", spanOfWord(report, item), { word: `${key}=`, value: quoted(value) }, "error");
  }
  return false;
}
