/**
 * The words of nft's language (nftables src/scanner.l), one at a time and in linear time. Where the language is ambiguous
 * by itself the reader says what it expects: `takeName` reads what stands here as a name, `hash` decides about `#`.
 */

import { literalOf, newLiteral, newLiterals } from "./literals.ts";
import type { Literal, Literals } from "./literals.ts";

/** `fail`: reading has failed, and nothing behind it is looked at until the reader recovers. */
export type TokenKind = "word" | "string" | "punct" | "newline" | "end" | "fail";

/** The current token, and the place behind it. */
export interface Scanner {
  readonly text: string;
  kind: TokenKind;
  /** Of a string what stands between the quotes, of a newline or the end nothing. */
  word: string;
  /** Of a word the constant that it is where it stands for one: rules that say the same share it. */
  literal: Literal;
  readonly literals: Literals;
  /** Where the token starts, and on which line. */
  start: number;
  line: number;
  lineStart: number;
  /** Where the token before it ended. */
  lastEnd: number;
  /** Behind the token. */
  at: number;
  /** The line of `at`, and where it starts. */
  nextLine: number;
  nextLineStart: number;
  /** `# handle 5`, as `nft -a` prints it behind what it belongs to: the last one seen. */
  handle: number | null;
  /** Inside a chain `#` may start the words of an extension. */
  inChain: boolean;
  /** Whether `#` at this place of a chain starts a token rather than a comment. */
  readonly hash: (scanner: Scanner) => boolean;
}

export function newScanner(text: string, firstLine: number, hash: (scanner: Scanner) => boolean): Scanner {
  return {
    text,
    kind: "newline",
    word: "",
    literal: NO_WORD,
    literals: newLiterals(),
    start: 0,
    line: firstLine,
    lineStart: 0,
    lastEnd: 0,
    at: 0,
    nextLine: firstLine,
    nextLineStart: 0,
    handle: null,
    inChain: false,
    hash,
  };
}

const NO_WORD = newLiteral("");

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
const DIGITS = "0123456789";

/** Which codes of ASCII are among these characters. */
function classOf(chars: string): Uint8Array {
  const codes = new Uint8Array(128);
  for (const char of chars) codes[char.charCodeAt(0)] = 1;
  return codes;
}

const LETTER = classOf(LETTERS);
const DIGIT = classOf(DIGITS);
const BLANK = classOf(" \t\r");
/** What goes on a word. One that starts with a digit ends at a dash, so that ranges fall apart. */
const IN_NUMBER = classOf(`${LETTERS}${DIGITS}.`);
const IN_WORD = classOf(`${LETTERS}${DIGITS}./-*`);

const NEWLINE = 10;
const QUOTE = 34;
const HASH = 35;
const COLON = 58;
const BACKSLASH = 92;

/** Moves to the next token. */
export function advance(scanner: Scanner): void {
  if (scanner.kind === "fail") return;
  scanner.lastEnd = scanner.at;
  const code = skipBlanks(scanner);
  scanner.start = scanner.at;
  scanner.line = scanner.nextLine;
  scanner.lineStart = scanner.nextLineStart;
  if (LETTER[code] === 1) scanWord(scanner, IN_WORD);
  else if (DIGIT[code] === 1) scanWord(scanner, IN_NUMBER);
  else scanOther(scanner, code);
}

/** What is no word. */
function scanOther(scanner: Scanner, code: number): void {
  const { text, at } = scanner;
  if (at >= text.length) set(scanner, "end", "", at);
  else if (code === NEWLINE) {
    set(scanner, "newline", "", at + 1);
    scanner.nextLine++;
    scanner.nextLineStart = at + 1;
  } else if (code === QUOTE) scanString(scanner);
  else if (code === COLON && text.charCodeAt(at + 1) === COLON) scanColons(scanner);
  else scanPunct(scanner);
}

function set(scanner: Scanner, kind: TokenKind, word: string, end: number): void {
  scanner.kind = kind;
  scanner.word = word;
  scanner.at = end;
}

/** Passes over blanks, a backslash at the end of a line with that end, and comments; gives the character behind them. */
function skipBlanks(scanner: Scanner): number {
  const { text } = scanner;
  for (;;) {
    const code = text.charCodeAt(scanner.at);
    if (BLANK[code] === 1) scanner.at++;
    else if (code === BACKSLASH && isLineEnd(text, scanner.at + 1)) {
      scanner.at = text.indexOf("\n", scanner.at) + 1;
      scanner.nextLine++;
      scanner.nextLineStart = scanner.at;
    } else if (code === HASH && !(scanner.inChain && scanner.hash(scanner))) skipComment(scanner);
    else return code;
  }
}

function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === NEWLINE || (code === 13 && text.charCodeAt(at + 1) === NEWLINE);
}

const HANDLE = /# handle (\d{1,15})\s*$/;

function skipComment(scanner: Scanner): void {
  const end = endOfLine(scanner.text, scanner.at);
  if (end - scanner.at < 40) {
    const handle = HANDLE.exec(scanner.text.slice(scanner.at, end))?.[1];
    if (handle !== undefined) scanner.handle = Number(handle);
  }
  scanner.at = end;
}

/** The end of the line that this place is on, without its newline. */
function endOfLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline < 0 ? text.length : newline;
}

/** A string ends on its line; one that does not is no token of the language. */
function scanString(scanner: Scanner): void {
  const { text, at } = scanner;
  const end = endOfString(text, at + 1);
  if (end < 0) set(scanner, "punct", '"', at + 1);
  else set(scanner, "string", text.slice(at + 1, end), end + 1);
}

function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === NEWLINE) return -1;
  }
  return -1;
}

/** `inside`: what goes on the word that starts here. */
function scanWord(scanner: Scanner, inside: Uint8Array): void {
  const { text, at } = scanner;
  let end = at;
  let hash = 0;
  let code = text.charCodeAt(at);
  do {
    hash = (Math.imul(hash, 31) + code) | 0;
    code = text.charCodeAt(++end);
    // A backslash belongs to the word, but for one that ends the line.
  } while (inside[code] === 1 || (code === BACKSLASH && inside === IN_WORD && !isLineEnd(text, end + 1)));
  // What may go on behind a colon: an address, or a handle of traffic control (`1:10`).
  if (code === COLON && end - at <= 4 && scanColons(scanner)) return;
  setWord(scanner, literalOf(scanner, end, hash), end);
}

function setWord(scanner: Scanner, literal: Literal, end: number): void {
  scanner.literal = literal;
  set(scanner, "word", literal.text, end);
}

const WITH_COLONS: readonly RegExp[] = [
  /(?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}(?![\w:])/y,
  /(?:[0-9a-fA-F]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4})(?![\w:])/y,
  /[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}(?![\w:.])/y,
];

/** A hardware address, an IPv6 address or a traffic control handle; false: none of them starts here. */
function scanColons(scanner: Scanner): boolean {
  const { text, at } = scanner;
  for (const pattern of WITH_COLONS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) continue;
    setWord(scanner, newLiteral(found[0]), at + found[0].length);
    return true;
  }
  if (text.charCodeAt(at) === COLON) set(scanner, "punct", ":", at + 1);
  return false;
}

const PAIRS: ReadonlySet<string> = new Set(["==", "!=", "<=", ">=", "<<", ">>"]);

/** Every character of ASCII as text: one string each, however often it stands in a listing. */
const CHARS: readonly string[] = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));

function scanPunct(scanner: Scanner): void {
  const { text, at } = scanner;
  const char = CHARS[text.charCodeAt(at)] ?? String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (char === "=" || char === "!" || char === "<" || char === ">") {
    const pair = text.slice(at, at + 2);
    if (PAIRS.has(pair)) {
      set(scanner, "punct", pair, at + 2);
      return;
    }
  }
  set(scanner, "punct", char, at + char.length);
}

/** What ends a name, wherever it stands. */
const NAME_END = classOf(' \t\r\n\v\f;{},"');
const WIDE_SPACE = /\s/;

/** Behind the name that starts here; `isReference`: a colon ends it, too. */
function endOfName(text: string, start: number, isReference: boolean): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (NAME_END[code] === 1 || (isReference && code === COLON)) break;
    if (code > 127 && WIDE_SPACE.test(text.charAt(at))) break;
  }
  return at;
}

/**
 * Reads what stands here as a name, up to a blank or a bracket: names of chains that iptables made hold what no word of
 * nft holds. `isReference`: behind `@`, where a colon ends it. The current token is then the one behind the name.
 */
export function takeName(scanner: Scanner, isReference = false): string | null {
  if (scanner.kind === "string") {
    const { word } = scanner;
    advance(scanner);
    return word;
  }
  if (scanner.kind !== "word" && scanner.kind !== "punct") return null;
  const end = endOfName(scanner.text, scanner.start, isReference);
  if (end === scanner.start) return null;
  const name = end === scanner.at ? scanner.word : scanner.text.slice(scanner.start, end);
  scanner.at = end;
  advance(scanner);
  return name;
}

/** The word that stands behind the current token, if it is one on the same line. */
export function peekWord(scanner: Scanner): string | null {
  const saved = { ...scanner };
  advance(scanner);
  const word = scanner.kind === "word" || scanner.kind === "punct" ? scanner.word : null;
  Object.assign(scanner, saved);
  return word;
}
