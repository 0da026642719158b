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
  text: string;
  count: number;
  /** Where each word begins and ends (exclusive) in `text`, quotes included. */
  starts: Int32Array;
  ends: Int32Array;
  /** Of the characters of each word as they stand. */
  hashes: Int32Array;
  shapes: Uint8Array;
  /** Some word is `SINGLE` or `OPEN`. */
  hasOddQuotes: boolean;
  /** Of the first backslash not yet passed; the text's length when there is none. */
  nextBackslash: number;
}

/** What kind of word it is; quoted words are never options. */
export const BARE = 0;
/** `-s`: one dash and one letter. */
export const SHORT = 1;
/** `--source`. */
export const LONG = 2;
/** `!`. */
export const BANG = 3;
/** In double quotes, with nothing to unescape. */
export const QUOTED = 4;
/** Quotes inside the word, or escapes. */
export const MIXED = 5;
/** In single quotes. */
export const SINGLE = 6;
/** A quote that the line does not close. */
export const OPEN = 7;

const TAB = 9;
const SPACE = 32;
const EXCLAMATION = 33;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const DASH = 45;
const BACKSLASH = 92;

const HASHED_TAIL = 8;

export function createWords(text: string): Words {
  const room = 64;
  return {
    text,
    count: 0,
    starts: new Int32Array(room),
    ends: new Int32Array(room),
    hashes: new Int32Array(room),
    shapes: new Uint8Array(room),
    hasOddQuotes: false,
    nextBackslash: -1,
  };
}

/** Cuts `text[start, end)` into words. Linear. */
export function cutWords(words: Words, start: number, end: number): void {
  const text = words.text;
  words.count = 0;
  words.hasOddQuotes = false;
  let at = start;
  while (at < end) {
    const c = text.charCodeAt(at);
    if (c === SPACE || c === TAB) at++;
    else if (c === DOUBLE_QUOTE) at = cutQuoted(words, at, end);
    else if (c === SINGLE_QUOTE) at = cutSingle(words, at, end);
    else at = cutBare(words, at, end);
  }
}

function cutBare(words: Words, start: number, end: number): number {
  const text = words.text;
  let hash = 0;
  let at = start;
  for (; at < end; at++) {
    const c = text.charCodeAt(at);
    if (c <= DOUBLE_QUOTE) {
      if (c === SPACE || c === TAB) break;
      if (c === DOUBLE_QUOTE) return cutMixed(words, start, at, end);
    }
    hash = (Math.imul(hash, 31) + c) | 0;
  }
  add(words, start, at, hash, shapeOf(text, start, at));
  return at;
}

function shapeOf(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  if (first === DASH) {
    if (end - start === 2) return isLetter(text.charCodeAt(start + 1)) ? SHORT : BARE;
    return end - start > 2 && text.charCodeAt(start + 1) === DASH ? LONG : BARE;
  }
  return first === EXCLAMATION && end - start === 1 ? BANG : BARE;
}

function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}

/** Only the ends of a quoted text go into its hash: what hardly ever comes twice is not worth reading for it. */
function cutQuoted(words: Words, start: number, end: number): number {
  const text = words.text;
  if (words.nextBackslash < start) {
    const found = text.indexOf("\\", start);
    words.nextBackslash = found < 0 ? text.length : found;
  }
  const close = text.indexOf('"', start + 1);
  if (close < 0 || close >= end || words.nextBackslash < close) return cutMixed(words, start, start, end);
  let hash = close - start;
  for (let at = Math.max(start, close - HASHED_TAIL); at < close; at++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  }
  add(words, start, close + 1, hash, QUOTED);
  return close + 1;
}

/** A word whose first double quote stands at `quote`. */
function cutMixed(words: Words, start: number, quote: number, end: number): number {
  const text = words.text;
  let hash = MIXED;
  for (let at = start; at < quote; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  for (let at = quote + 1; at < end; at++) {
    const c = text.charCodeAt(at);
    if (c === DOUBLE_QUOTE) {
      add(words, start, at + 1, hash, MIXED);
      return at + 1;
    }
    hash = (Math.imul(hash, 31) + c) | 0;
    if (c === BACKSLASH) at++;
  }
  add(words, start, end, hash, OPEN);
  return end;
}

function cutSingle(words: Words, start: number, end: number): number {
  const text = words.text;
  const close = text.indexOf("'", start + 1);
  if (close < 0 || close >= end) return cutBare(words, start, end);
  add(words, start, close + 1, close - start, SINGLE);
  return close + 1;
}

function add(words: Words, start: number, end: number, hash: number, shape: number): void {
  const index = words.count++;
  if (index === words.starts.length) grow(words);
  words.starts[index] = start;
  words.ends[index] = end;
  words.hashes[index] = hash;
  words.shapes[index] = shape;
  if (shape >= SINGLE) words.hasOddQuotes = true;
}

function grow(words: Words): void {
  const room = words.starts.length * 2;
  const grown = (old: Int32Array): Int32Array => {
    const array = new Int32Array(room);
    array.set(old);
    return array;
  };
  words.starts = grown(words.starts);
  words.ends = grown(words.ends);
  words.hashes = grown(words.hashes);
  const shapes = new Uint8Array(room);
  shapes.set(words.shapes);
  words.shapes = shapes;
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

/** The words `[from, to)` as they stand, quotes and the blanks between them included. */
export function rawText(words: Words, from: number, to: number): string {
  return to <= from ? "" : words.text.slice(startOf(words, from), endOf(words, to - 1));
}

/** What the word says: without its quotes and escapes. */
export function wordText(words: Words, index: number): string {
  const start = startOf(words, index);
  const end = endOf(words, index);
  switch (words.shapes[index]) {
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
