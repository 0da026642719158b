import type { AddressMask, Family } from "../../base/address.ts";
import type { DiagnosticCode } from "../../messages/catalogue.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Counters, Match, Negatable, Target } from "../../model/ruleset.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import type { Forms } from "./form.ts";
import type { Loaded } from "./options.ts";
import { createMemo } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { createWords, endOf, startOf } from "./words.ts";
import type { Words } from "./words.ts";

/** Where the parser stands in a file, and what it has met so far. One per file. */
export interface Reader {
  readonly file: string;
  readonly text: string;
  /** Of the line under way. */
  readonly words: Words;
  /** From 1. */
  line: number;
  lineStart: number;
  /** Without the line end. */
  lineEnd: number;
  /** `[packets:bytes]` before the rule of the line. */
  counters: Counters | null;
  /** Of the table under way. */
  family: Family;
  readonly memos: Readonly<Record<Family, Memos>>;
  readonly formsOf: Readonly<Record<Family, Forms>>;
  readonly diagnostics: Diagnostic[];
  /** Lines are being read again: what is wrong with them was said the first time. */
  isRereading: boolean;
  /** What is being read is kept, so that equal values should be one. */
  isKeeping: boolean;
  /** Diagnostics past the limit. */
  unreported: number;
  /** Rules that lines which cost more than their length (address lists, `-I`, `-D`) may still make or compare. */
  budget: number;
}

/** What words of each kind have meant so far; see memo.ts. */
export interface Memos {
  readonly nets: Memo<AddressMask>;
  readonly devices: Memo<Negatable<string>>;
  readonly protocols: Memo<Negatable<number>>;
  readonly matchNames: Memo<Loaded<MatchExtension>>;
  readonly targetNames: Memo<Loaded<TargetExtension>>;
  readonly matches: Memo<Match>;
  readonly targets: Memo<Target>;
}

/** More than any reader will look at; the rest is counted. */
const MOST_DIAGNOSTICS = 100_000;
const WORK_BUDGET = 1_000_000;

export function createReader(text: string, file: string, family: Family): Reader {
  return {
    file,
    text,
    words: createWords(text),
    line: 0,
    lineStart: 0,
    lineEnd: 0,
    counters: null,
    family,
    memos: { ip: createMemos(), ip6: createMemos() },
    diagnostics: [],
    isRereading: false,
    isKeeping: false,
    formsOf: { ip: { latest: [], last: null }, ip6: { latest: [], last: null } },
    unreported: 0,
    budget: WORK_BUDGET,
  };
}

function createMemos(): Memos {
  return {
    nets: createMemo(),
    devices: createMemo(),
    protocols: createMemo(),
    matchNames: createMemo(),
    targetNames: createMemo(),
    matches: createMemo(),
    targets: createMemo(),
  };
}

const RETURN = 13;

/** Goes to the line that begins at `start`; gives the start of the one behind it. */
export function goToLine(reader: Reader, line: number, start: number): number {
  const { text } = reader;
  const newline = text.indexOf("\n", start);
  const end = newline < 0 ? text.length : newline;
  reader.line = line;
  reader.lineStart = start;
  reader.lineEnd = end > start && text.charCodeAt(end - 1) === RETURN ? end - 1 : end;
  return end + 1;
}

const TAB = 9;
const SPACE = 32;

/** Where the line under way begins behind its leading blanks; its end when it is blank. */
export function firstWord(reader: Reader): number {
  const { text, lineEnd } = reader;
  let at = reader.lineStart;
  while (at < lineEnd && (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB)) at++;
  return at;
}

/** Takes `cost` from the budget; false when it is spent. */
export function spend(reader: Reader, cost: number): boolean {
  if (reader.budget < cost) return false;
  reader.budget -= cost;
  return true;
}

/** A problem that has not been reported yet: what, and which words of the line it is about. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly params: Readonly<Record<string, string | number>>;
  /** Words `[from, to)`; the line's end when there is no such word. */
  readonly from: number;
  readonly to: number;
}

export function reportProblem(reader: Reader, severity: Diagnostic["severity"], problem: Problem): void {
  const { words } = reader;
  const missing = problem.from >= words.count;
  const start = missing ? reader.lineEnd : startOf(words, problem.from);
  const end = missing ? start : endOf(words, Math.max(problem.from, problem.to - 1));
  report(reader, severity, problem.code, problem.params, start, end);
}

/** Reports on `text[start, end)` of the line under way; the whole line when no place is given. */
export function report(
  reader: Reader,
  severity: Diagnostic["severity"],
  code: DiagnosticCode,
  params: Readonly<Record<string, string | number>>,
  start: number = reader.lineStart,
  end: number = reader.lineEnd,
): void {
  if (reader.isRereading) return;
  if (reader.diagnostics.length >= MOST_DIAGNOSTICS) {
    reader.unreported++;
    return;
  }
  const span = {
    file: reader.file,
    line: reader.line,
    column: start - reader.lineStart + 1,
    endColumn: end - reader.lineStart + 1,
  };
  reader.diagnostics.push({ code, severity, params, span, source: lineText(reader) });
}

/** How much has been reported so far. */
export function reportCount(reader: Reader): number {
  return reader.diagnostics.length + reader.unreported;
}

export function lineText(reader: Reader): string {
  return reader.text.slice(reader.lineStart, reader.lineEnd);
}
