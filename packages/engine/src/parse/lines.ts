import { splitWords } from "../base/words.ts";
import type { Word } from "../base/words.ts";
import { quoted, say } from "./report.ts";
import type { ParseOptions, Report } from "./report.ts";

/** One line of a dump that says something. */
export interface Line {
  /** Without its line end. */
  readonly text: string;
  readonly number: number;
  /** Columns of the real line before `text`: not 0 for a piece of an `ip -o` line. */
  readonly before: number;
}

const FENCE = /^\s*(```|~~~)/;
const COMMENT = /^\s*#/;
/** Where `ip -o` joined two lines. */
const ONELINE_JOINT = /\\(?=\t| {4})/;

/**
 * The lines of a dump, CRLF or LF, without blank ones. Code fences and `#` comments, as web pages and people put them
 * between the lines, are passed over with a diagnostic.
 */
export function* linesOf(text: string, report: Report, options: ParseOptions = {}): Generator<Line> {
  let number = options.firstLine ?? 1;
  for (let start = 0; start < text.length; number++) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end);
    start = end + 1;
    if (line.trim() === "") continue;
    if (COMMENT.test(line)) say(report, "comment-line", { file: report.file, line: number }, {}, "info");
    else if (FENCE.test(line)) say(report, "prose-line", { file: report.file, line: number }, {});
    else yield { text: line, number, before: 0 };
  }
}

/** A line of `ip -o` as the lines that it was joined from; any other line as itself. */
export function unjoinLine(line: Line): readonly Line[] {
  if (!line.text.includes("\\")) return [line];
  const out: Line[] = [];
  let before = line.before;
  for (const text of line.text.split(ONELINE_JOINT)) {
    out.push({ text, number: line.number, before });
    before += text.length + 1;
  }
  return out;
}

export function wordsOfLine(line: Line): Word[] {
  return splitWords(line.text, line.number, line.before);
}

/** Says that nobody here understands this line. */
export function sayUnknownLine(report: Report, line: Line): void {
  const text = line.text.trim();
  const column = line.before + line.text.indexOf(text.charAt(0)) + 1;
  const span = { file: report.file, line: line.number, column, endColumn: column + text.length };
  say(report, "unknown-line", span, { format: report.format, text: quoted(text) });
}
