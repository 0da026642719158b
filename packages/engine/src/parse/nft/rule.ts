import type { NftRule, NftStatement } from "../../model/nft.ts";
import { quoted, say } from "../report.ts";
import { isFirstOnLine, lineFrom } from "./block.ts";
import { isPunct, isStatementEnd, isWord, recover, spanHere, takeIf, takeString } from "./reader.ts";
import type { Failure, Reader } from "./reader.ts";
import { advance } from "./scanner.ts";
import { readStatement } from "./statement.ts";
import { readXtWords } from "./xt-words.ts";

/** A rule, from here to its end. What cannot be read is kept, with all behind it, as one statement. */
export function readRule(reader: Reader): NftRule {
  const { scanner } = reader;
  const { start, line } = scanner;
  scanner.handle = null;
  const statements: NftStatement[] = [];
  let comment: string | null = null;
  while (!isStatementEnd(reader)) {
    const { start: from, line: fromLine, lineStart } = scanner;
    const isComment = takeIf(reader, "comment");
    if (isComment) comment = joined(comment, takeString(reader));
    else statements.push(isPunct(reader, "#") ? readXtWords(reader) : readStatement(reader));
    if (reader.failure === null) continue;
    const rest = keepRest(reader, reader.failure, { start: from, line: fromLine, lineStart });
    if (isComment) comment = null;
    else statements.pop();
    statements.push({ kind: "verbatim", text: rest.text });
    if (rest.comment !== null) comment = joined(comment, rest.comment);
    break;
  }
  return {
    // A copy has no room to spare, of which a growing array keeps much.
    statements: statements.slice(),
    comment,
    handle: scanner.handle,
    text: scanner.text.slice(start, scanner.lastEnd),
    file: reader.report.file,
    line,
  };
}

/** A comment stands at the end; where libxtables translated several, each in its place. */
function joined(before: string | null, comment: string): string {
  return before === null ? comment : `${before} ${comment}`;
}

interface Rest {
  readonly text: string;
  readonly comment: string | null;
}

/** Says that the rule cannot be read from this statement on, and moves to its end. */
function keepRest(reader: Reader, failure: Failure, from: Failure): Rest {
  const { scanner } = reader;
  recover(reader, failure);
  say(reader.report, "nft-unreadable", spanHere(reader), { text: quoted(lineFrom(reader)) });
  recover(reader, from);
  let end = scanner.start;
  let comment: string | null = null;
  for (let depth = 0; !isRestEnd(reader, depth);) {
    if (isPunct(reader, "{")) depth++;
    else if (isPunct(reader, "}")) depth--;
    const isComment = depth === 0 && isWord(reader, "comment");
    advance(scanner);
    if (isComment && scanner.kind === "string") {
      comment = joined(comment, takeString(reader));
      continue;
    }
    end = scanner.lastEnd;
  }
  return { text: scanner.text.slice(from.start, end), comment };
}

/** Words that start the next block where this one was not closed. */
const BLOCKS: ReadonlySet<string> = new Set(["table", "chain", "set", "map"]);

function isRestEnd(reader: Reader, depth: number): boolean {
  const { scanner } = reader;
  if (scanner.kind === "end" || (depth === 0 && isStatementEnd(reader))) return true;
  return depth > 0 && scanner.kind === "word" && BLOCKS.has(scanner.word) && isFirstOnLine(reader);
}
