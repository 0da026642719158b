import { quoted, say } from "../report.ts";
import { isPunct, isStatementEnd, recover, spanHere, takePunctIf } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance, endOfLine } from "./scanner.ts";
import { readVariableCommand } from "./variables.ts";

/** Words that cannot stand in this block: where they do, a closing bracket is missing. */
const OUTER: ReadonlySet<string> = new Set(["table"]);

/**
 * `{ … }`, statement by statement. `read` reads one and says whether it knows it; what it does not know, or cannot read, is
 * said and passed over. `others`: words that start what holds this block, so that one that is not closed ends there.
 * Returns the handle that stands behind the opening bracket.
 */
export function readBlock(reader: Reader, read: () => boolean, others: ReadonlySet<string> = OUTER): number | null {
  const { scanner } = reader;
  const open = spanHere(reader);
  scanner.handle = null;
  if (!takePunctIf(reader, "{")) return null;
  const { handle } = scanner;
  reader.scopes.push(new Map());
  for (;;) {
    passSeparators(reader);
    if (isPunct(reader, "}")) break;
    if (scanner.kind === "end" || startsOuter(reader, others)) {
      say(reader.report, "nft-unclosed", open, {});
      reader.scopes.pop();
      return handle;
    }
    readOne(reader, read);
  }
  reader.scopes.pop();
  return handle;
}

/** Moves past the bracket that `readBlock` stopped at; apart, since what it means for a `#` behind it differs. */
export function closeBlock(reader: Reader): void {
  takePunctIf(reader, "}");
}

export function passSeparators(reader: Reader): void {
  while (reader.scanner.kind === "newline" || isPunct(reader, ";")) advance(reader.scanner);
}

/** Such a word, first on its line. */
function startsOuter({ scanner }: Reader, others: ReadonlySet<string>): boolean {
  if (scanner.kind !== "word" || !others.has(scanner.word)) return false;
  return scanner.text.slice(scanner.lineStart, scanner.start).trim() === "";
}

/** Reads one statement; what is left of its line is passed over with a diagnostic. */
export function readOne(reader: Reader, read: () => boolean): void {
  const known = readVariableCommand(reader) || read();
  if (reader.failure !== null) recover(reader, reader.failure);
  else if (known && isStatementEnd(reader)) return;
  sayUnknown(reader);
  skipStatement(reader);
}

/** Around listings on web pages. */
const FENCE = /^(```|~~~)/;

function sayUnknown(reader: Reader): void {
  const { scanner, report } = reader;
  const rest = scanner.text.slice(scanner.start, endOfLine(scanner.text, scanner.start)).trimEnd();
  if (FENCE.test(rest)) say(report, "prose-line", spanHere(reader), {});
  else say(report, "unknown-line", spanHere(reader), { format: report.format, text: quoted(rest) });
}

/** To the end of the line or the statement; over brackets that open on the way, with what is in them. */
export function skipStatement(reader: Reader): void {
  const { scanner } = reader;
  let depth = 0;
  while (scanner.kind !== "end") {
    if (depth === 0 && isStatementEnd(reader)) return;
    if (depth > 0 && startsOuter(reader, OUTER)) return;
    if (isPunct(reader, "{")) depth++;
    else if (isPunct(reader, "}")) depth--;
    advance(scanner);
  }
}
