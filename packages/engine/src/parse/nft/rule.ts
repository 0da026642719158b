import type { NftRule, NftStatement } from "../../model/nft.ts";
import { quoted, say } from "../report.ts";
import { isPunct, isStatementEnd, isWord, recover, spanHere, takeIf, takeString } from "./reader.ts";
import type { Failure, Reader } from "./reader.ts";
import { advance, endOfLine } from "./scanner.ts";
import { readStatement } from "./statement.ts";
import { readXtWords } from "./xt-words.ts";

/** A rule, from here to its end. What cannot be read is kept, with all behind it, as one statement. */
export function readRule(reader: Reader): NftRule {
  const { scanner } = reader;
  const { start, line } = scanner;
  scanner.handle = null;
  const statements: NftStatement[] = [];
  const comments: string[] = [];
  while (!isStatementEnd(reader)) {
    const from: Failure = { start: scanner.start, line: scanner.line, lineStart: scanner.lineStart };
    const statement = readOne(reader, comments);
    if (reader.failure === null) {
      if (statement !== null) statements.push(statement);
      continue;
    }
    const text = keepRest(reader, reader.failure, from, comments);
    statements.push({ kind: "verbatim", text });
  }
  return {
    statements,
    comment: comments.length === 0 ? null : comments.join(" "),
    handle: scanner.handle,
    text: scanner.text.slice(start, scanner.lastEnd),
    file: reader.report.file,
    line,
  };
}

/** One statement; null: a comment, which stands at the end, but where libxtables translated it in the middle. */
function readOne(reader: Reader, comments: string[]): NftStatement | null {
  if (takeIf(reader, "comment")) {
    comments.push(takeString(reader));
    return null;
  }
  return isPunct(reader, "#") ? readXtWords(reader) : readStatement(reader);
}

/** Says that the rule cannot be read from this statement on, and moves to its end. */
function keepRest(reader: Reader, failure: Failure, from: Failure, comments: string[]): string {
  const { scanner } = reader;
  recover(reader, failure);
  say(reader.report, "nft-unreadable", spanHere(reader), { text: quoted(restOfLine(reader)) });
  recover(reader, from);
  let end = scanner.start;
  for (let depth = 0; !isRestEnd(reader, depth);) {
    if (isPunct(reader, "{")) depth++;
    else if (isPunct(reader, "}")) depth--;
    const isComment = depth === 0 && isWord(reader, "comment");
    advance(scanner);
    if (isComment && scanner.kind === "string") {
      comments.push(takeString(reader));
      continue;
    }
    end = scanner.lastEnd;
  }
  return scanner.text.slice(from.start, end);
}

function restOfLine({ scanner }: Reader): string {
  return scanner.text.slice(scanner.start, endOfLine(scanner.text, scanner.start)).trimEnd();
}

/** Words that start the next block where this one was not closed. */
const BLOCKS: ReadonlySet<string> = new Set(["table", "chain", "set", "map"]);

function isRestEnd(reader: Reader, depth: number): boolean {
  const { scanner } = reader;
  if (scanner.kind === "end" || (depth === 0 && isStatementEnd(reader))) return true;
  if (scanner.kind !== "word" || depth === 0 || !BLOCKS.has(scanner.word)) return false;
  return scanner.text.slice(scanner.lineStart, scanner.start).trim() === "";
}
