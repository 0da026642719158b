/**
 * The words of one line, as iptables-restore cuts them (`add_param_to_argv`, libxtables xshared.c): blanks separate;
 * double quotes may open anywhere and end the word where they close; inside them a backslash takes the next character as
 * it is. A single quote is an ordinary character to the tool; here, at the start of a word, it quotes (`single`), since
 * listings copied from shell scripts are full of them.
 *
 * One value is reused from line to line, so that a file of any length allocates nothing for its words.
 */
export interface Words {
  /** The whole file. */
  readonly text: string;
  count: number;
  /** Where each word begins and ends (exclusive) in `text`, quotes included. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Of the characters of each word as they stand; of quoted ones, of their end. */
  readonly hashes: Int32Array;
  readonly shapes: Uint8Array;
  /** Some word is `SINGLE` or `OPEN`. */
  hasOddQuotes: boolean;
  /** The line has more words than there is room for; the rest was not cut. */
  isTooLong: boolean;
  /** There is no backslash in `text[backslashFrom, backslash)`. */
  backslashFrom: number;
  backslash: number;
}

/** What kind of word it is; quoted words are never options. */
const BARE = 0;
/** `-s`: one dash and one letter. */
export const SHORT = 1;
/** `--source`. */
export const LONG = 2;
/** `!`. */
export const BANG = 3;
/** In double quotes, with nothing to unescape. */
const QUOTED = 4;
/** Quotes inside the word, or escapes. */
const MIXED = 5;
/** In single quotes. */
export const SINGLE = 6;
/** A quote that the line does not close. */
export const OPEN = 7;

/** More words than iptables-restore takes in a line (MAX_ARGC is 255). */
const MOST_WORDS = 1024;
/** So much of a quoted text goes into its hash: what hardly ever comes twice is not worth reading for it. */
const HASHED_END = 8;

const TAB = 9;
const SPACE = 32;
const EXCLAMATION = 33;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const DASH = 45;
const BACKSLASH = 92;

export function createWords(text: string): Words {
  return {
    text,
    count: 0,
    starts: new Int32Array(MOST_WORDS),
    ends: new Int32Array(MOST_WORDS),
    hashes: new Int32Array(MOST_WORDS),
    shapes: new Uint8Array(MOST_WORDS),
    hasOddQuotes: false,
    isTooLong: false,
    backslashFrom: 0,
    backslash: -1,
  };
}

/** Cuts `text[start, end)` into words. Linear. */
export function cutWords(words: Words, start: number, end: number): void {
  const { text, starts, ends, hashes, shapes } = words;
  words.hasOddQuotes = false;
  words.isTooLong = false;
  let count = 0;
  let at = start;
  for (;;) {
    let c = SPACE;
    while (at < end) {
      c = text.charCodeAt(at);
      if (c !== SPACE && c !== TAB) break;
      at++;
    }
    if (at >= end) break;
    if (count === MOST_WORDS) {
      words.isTooLong = true;
      break;
    }
    const from = at;
    const first = c;
    let hash = 0;
    while (c > DOUBLE_QUOTE || !endsBare(c)) {
      hash = (Math.imul(hash, 31) + c) | 0;
      if (++at === end) break;
      c = text.charCodeAt(at);
    }
    if (first === SINGLE_QUOTE || (at < end && c === DOUBLE_QUOTE)) {
      at = cutQuoted(words, count, from, at, end);
      hash = hashEnd(text, from, at);
    } else shapes[count] = first === DASH || first === EXCLAMATION ? optionShape(text, from, at) : BARE;
    starts[count] = from;
    ends[count] = at;
    hashes[count] = hash;
    count++;
  }
  words.count = count;
}

/** Does a character up to the double quote end a word that is not in quotes? */
function endsBare(c: number): boolean {
  return c === SPACE || c === TAB || c === DOUBLE_QUOTE;
}

/** The shape of a bare word that begins with `-` or `!`. */
function optionShape(text: string, start: number, end: number): number {
  const length = end - start;
  if (text.charCodeAt(start) === EXCLAMATION) return length === 1 ? BANG : BARE;
  if (length === 2) return isLetter(text.charCodeAt(start + 1)) ? SHORT : BARE;
  return length > 2 && text.charCodeAt(start + 1) === DASH ? LONG : BARE;
}

function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}

/** Finds the end of a word with quotes, whose bare part ends at `bareEnd`, and notes its shape. */
function cutQuoted(words: Words, index: number, start: number, bareEnd: number, end: number): number {
  const { text } = words;
  if (text.charCodeAt(start) === SINGLE_QUOTE) {
    const close = text.indexOf("'", start + 1);
    if (close >= 0 && close < end) return shaped(words, index, SINGLE, close + 1);
    if (bareEnd === end || text.charCodeAt(bareEnd) !== DOUBLE_QUOTE) return shaped(words, index, BARE, bareEnd);
  }
  const close = text.indexOf('"', bareEnd + 1);
  if (close < 0 || close >= end) return shaped(words, index, OPEN, end);
  if (backslashAt(words, bareEnd) > close) return shaped(words, index, start === bareEnd ? QUOTED : MIXED, close + 1);
  for (let at = bareEnd + 1; at < end; at++) {
    const c = text.charCodeAt(at);
    if (c === DOUBLE_QUOTE) return shaped(words, index, MIXED, at + 1);
    if (c === BACKSLASH) at++;
  }
  return shaped(words, index, OPEN, end);
}

function shaped(words: Words, index: number, shape: number, end: number): number {
  words.shapes[index] = shape;
  if (shape >= SINGLE) words.hasOddQuotes = true;
  return end;
}

/** The first backslash from `start` on; the text's length when there is none. Searched for once, while the cursor only goes forward. */
export function backslashAt(words: Words, start: number): number {
  if (start < words.backslashFrom || start > words.backslash) {
    const found = words.text.indexOf("\\", start);
    words.backslashFrom = start;
    words.backslash = found < 0 ? words.text.length : found;
  }
  return words.backslash;
}

function hashEnd(text: string, start: number, end: number): number {
  let hash = end - start;
  for (let at = Math.max(start, end - HASHED_END); at < end; at++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  }
  return hash;
}

export function startOf(words: Words, index: number): number {
  return words.starts[index] ?? 0;
}

export function endOf(words: Words, index: number): number {
  return words.ends[index] ?? 0;
}

export function hashOf(words: Words, index: number): number {
  return words.hashes[index] ?? 0;
}

/** The shape of a word; `BARE` past the last one. */
export function shapeAt(words: Words, index: number): number {
  return index < words.count ? (words.shapes[index] ?? BARE) : BARE;
}

/** A `!` behind an option and before its value: `-s ! 10.0.0.1`, as long ago. Before another option it is the value. */
export function isOldNegation(words: Words, index: number): boolean {
  const next = shapeAt(words, index + 1);
  return shapeAt(words, index) === BANG && index + 1 < words.count && next !== SHORT && next !== LONG;
}

/** The words `[from, to)` as they stand, quotes and the blanks between them included. */
export function rawText(words: Words, from: number, to: number): string {
  return to <= from ? "" : words.text.slice(startOf(words, from), endOf(words, to - 1));
}

/** What the word says: without its quotes and escapes. */
export function wordText(words: Words, index: number): string {
  const start = startOf(words, index);
  const end = endOf(words, index);
  switch (shapeAt(words, index)) {
    case QUOTED:
    case SINGLE:
      return words.text.slice(start + 1, end - 1);
    case MIXED:
      return unquote(words.text.slice(start, end - 1));
    case OPEN:
      return unquote(words.text.slice(start, end));
    default:
      return words.text.slice(start, end);
  }
}

/** Drops the opening quote and, behind it, the backslashes that escape. */
function unquote(raw: string): string {
  const quote = raw.indexOf('"');
  return raw.slice(0, quote) + raw.slice(quote + 1).replace(/\\(.)|\\$/gsu, "$1");
}
