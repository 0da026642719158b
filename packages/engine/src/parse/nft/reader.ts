import type { Span } from "../../base/span.ts";
import type { NftExpression } from "../../model/nft.ts";
import type { Report } from "../report.ts";
import { advance, takeName } from "./scanner.ts";
import type { Scanner } from "./scanner.ts";

/**
 * What may stand at a place: what a rule reads (left of an operator), constants (right of it), or either (what a rule
 * writes). nft itself tells `ip` the protocol from `ip` the ethertype by the place alone.
 */
export type Mode = "expression" | "constant" | "value";

/**
 * What every reader of this folder works on. A reader that meets what it cannot read calls `fail`: from then on the scanner
 * stands still, no reader finds anything that it looks for, and all return at once, with values of no use; who can go on
 * asks `failed` and recovers. So no reader needs to ask after each step.
 */
export interface Reader {
  readonly scanner: Scanner;
  readonly report: Report;
  /** Variables (`define`), the innermost block last; null: a block without any. */
  readonly scopes: (Map<string, NftExpression> | null)[];
  /** How deep brackets are open. */
  depth: number;
  /** Where reading failed. */
  failure: Failure | null;
  /** Reads an expression or a concatenation: what holds expressions and stands inside them reaches it here. */
  readonly concat: (reader: Reader, mode: Mode) => NftExpression;
  /** The same, also with a map or a list behind it. */
  readonly value: (reader: Reader) => NftExpression;
  /** How many elements variables may still stand for: each may hold others many times over. */
  budget: number;
}

export interface Failure {
  readonly start: number;
  readonly line: number;
  readonly lineStart: number;
}

/** Deeper nesting than the tool prints or takes; bounds the recursion. */
const MAX_DEPTH = 32;

export function fail(reader: Reader): void {
  const { scanner } = reader;
  if (scanner.kind === "fail") return;
  reader.failure = { start: scanner.start, line: scanner.line, lineStart: scanner.lineStart };
  scanner.kind = "fail";
  scanner.word = "";
}

export function failed({ scanner }: Reader): boolean {
  return scanner.kind === "fail";
}

/** Makes the token at which reading failed the current one again. */
export function recover(reader: Reader, failure: Failure): void {
  const { scanner } = reader;
  scanner.kind = "newline";
  scanner.at = failure.start;
  scanner.nextLine = failure.line;
  scanner.nextLineStart = failure.lineStart;
  reader.failure = null;
  advance(scanner);
}

export function isWord({ scanner }: Reader, word: string): boolean {
  return scanner.word === word && scanner.kind === "word";
}

export function isPunct({ scanner }: Reader, punct: string): boolean {
  return scanner.word === punct && scanner.kind === "punct";
}

/** Whether the statement ends here: at a line's end, `;`, the block's end. */
export function isStatementEnd({ scanner }: Reader): boolean {
  if (scanner.kind === "punct") return scanner.word === ";" || scanner.word === "}";
  return scanner.kind === "newline" || scanner.kind === "end" || scanner.kind === "fail";
}

/** Moves past a word if it is this one. */
export function takeIf(reader: Reader, word: string): boolean {
  if (!isWord(reader, word)) return false;
  advance(reader.scanner);
  return true;
}

export function takePunctIf(reader: Reader, punct: string): boolean {
  if (!isPunct(reader, punct)) return false;
  advance(reader.scanner);
  return true;
}

export function expectWord(reader: Reader, word: string): void {
  if (!takeIf(reader, word)) fail(reader);
}

export function expectPunct(reader: Reader, punct: string): void {
  if (!takePunctIf(reader, punct)) fail(reader);
}

/** The word that stands here, moving past it. */
export function takeWord(reader: Reader): string {
  const { kind, word } = reader.scanner;
  if (kind !== "word") fail(reader);
  else advance(reader.scanner);
  return word;
}

/** A word of this vocabulary, moving past it. */
export function takeWordOf(reader: Reader, words: { has(word: string): boolean }): string {
  const { kind, word } = reader.scanner;
  if (kind !== "word" || !words.has(word)) fail(reader);
  else advance(reader.scanner);
  return word;
}

export function takeString(reader: Reader): string {
  const { kind, word } = reader.scanner;
  if (kind !== "string") fail(reader);
  else advance(reader.scanner);
  return word;
}

const DECIMAL = /^\d{1,20}$/;

/** Digits, as they stand. */
export function takeDigits(reader: Reader): string {
  const { kind, word } = reader.scanner;
  if (kind !== "word" || !DECIMAL.test(word)) fail(reader);
  else advance(reader.scanner);
  return word;
}

const NUMBER = /^(\d{1,15}|0[xX][0-9a-fA-F]{1,13})$/;

export function takeNumber(reader: Reader): number {
  const { kind, word } = reader.scanner;
  if (kind !== "word" || !NUMBER.test(word)) {
    fail(reader);
    return 0;
  }
  advance(reader.scanner);
  return Number(word);
}

/** A name, quoted or not, or a variable that stands for one. */
export function takeNameText(reader: Reader, isReference = false): string {
  const name = takeName(reader.scanner, isReference);
  if (name === null) {
    fail(reader);
    return "";
  }
  if (!name.startsWith("$")) return name;
  const value = lookup(reader, name.slice(1));
  return value?.kind === "literal" ? value.text : name;
}

/** What a variable stands for; undefined: nothing defines it. */
export function lookup({ scopes }: Reader, name: string): NftExpression | undefined {
  for (let at = scopes.length - 1; at >= 0; at--) {
    const value = scopes[at]?.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Reads what stands inside brackets, which may not be nested without end. */
export function nested<T>(reader: Reader, read: () => T, otherwise: T): T {
  if (reader.depth >= MAX_DEPTH) {
    fail(reader);
    return otherwise;
  }
  reader.depth++;
  const value = read();
  reader.depth--;
  return value;
}

/** Words with commas between them, at least one. */
export function takeWords(reader: Reader): readonly string[] {
  const words = [takeWord(reader)];
  while (takePunctIf(reader, ",")) words.push(takeWord(reader));
  return words;
}

/** Where the current token stands. */
export function spanHere({ scanner, report }: Reader): Span {
  const column = scanner.start - scanner.lineStart + 1;
  return { file: report.file, line: scanner.line, column, endColumn: column + (scanner.at - scanner.start) };
}
