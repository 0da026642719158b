import { quoted, say } from "../report.ts";
import { isPunct, isStatementEnd, recover, spanHere, takePunctIf } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";
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
  reader.scopes.push(null);
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
  return scanner.kind === "word" && others.has(scanner.word) && isFirstOnLine({ scanner });
}

/** Where a block that is not closed ended, a line may start that nobody has looked at. */
export function isFirstOnLine({ scanner }: Pick<Reader, "scanner">): boolean {
  return scanner.text.slice(scanner.lineStart, scanner.start).trim() === "";
}

/** Reads one statement; what is left of its line is passed over with a diagnostic. */
export function readOne(reader: Reader, read: () => boolean): void {
  const { start } = reader.scanner;
  const known = readVariableCommand(reader) || read();
  const moved = reader.scanner.start !== start;
  if (reader.failure !== null) recover(reader, reader.failure);
  else if (known && moved && (isStatementEnd(reader) || isFirstOnLine(reader))) return;
  sayUnknown(reader);
  skipStatement(reader);
}

/** Around listings on web pages. */
const FENCE = /^(```|~~~)/;

function sayUnknown(reader: Reader): void {
  const { report } = reader;
  const rest = lineFrom(reader);
  if (FENCE.test(rest)) say(report, "prose-line", spanHere(reader), {});
  else say(report, "unknown-line", spanHere(reader), { format: report.format, text: quoted(rest) });
}

/** As much of a line as a message quotes. */
const QUOTED = 200;

/** What stands on the line from the current token on; of a very long one its start. */
export function lineFrom({ scanner }: Reader): string {
  const [line = ""] = scanner.text.slice(scanner.start, scanner.start + QUOTED).split("\n", 1);
  return line.trimEnd();
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
