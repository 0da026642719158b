import type { Span } from "../base/span.ts";
import type { Word } from "../base/words.ts";
import type { DiagnosticCode, Params } from "../messages/catalogue.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

/** Collects what one parser has to say about one file. */
export interface Report {
  readonly file: string;
  /** What the file is taken to be, as messages name it: `ip rule`. */
  readonly format: string;
  readonly diagnostics: Diagnostic[];
  /** How many more there were than are kept. */
  unlisted: number;
}

/** Input that every parser of this folder takes beside its text. */
export interface ParseOptions {
  /** Line of the file that the text starts at; 1 when absent. */
  readonly firstLine?: number;
}

/** A quotation in a message is cut here: hostile lines have no length limit, messages do. */
const QUOTED = 120;

/** A file that is no dump at all has as many problems as lines. */
const MOST_DIAGNOSTICS = 100_000;

export function newReport(file: string, format: string): Report {
  return { file, format, diagnostics: [], unlisted: 0 };
}

export function quoted(text: string): string {
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED)}…`;
}

export function spanOfWord(report: Report, word: Word): Span {
  return { file: report.file, line: word.line, column: word.column, endColumn: word.column + word.text.length };
}

export function say(
  report: Report,
  code: DiagnosticCode,
  span: Span,
  params: Params,
  severity: Diagnostic["severity"] = "warning",
): void {
  if (report.diagnostics.length < MOST_DIAGNOSTICS) report.diagnostics.push({ code, severity, params, span });
  else report.unlisted++;
}

/** Everything said; the last one tells how much more there would have been. */
export function diagnosticsOf(report: Report): readonly Diagnostic[] {
  const { file, diagnostics, unlisted } = report;
  if (unlisted === 0) return diagnostics;
  const span = diagnostics.at(-1)?.span ?? { file, line: 1 };
  return [...diagnostics, { code: "too-many-diagnostics", severity: "warning", params: { count: unlisted }, span }];
}
