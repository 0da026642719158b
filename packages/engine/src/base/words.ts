/** A word of a dump, with its place. */
export interface Word {
  readonly text: string;
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A reader's place in the words of one statement. */
export interface Words {
  readonly items: readonly Word[];
  /** Index of the next word. */
  at: number;
}

const DOUBLE_QUOTE = 34;

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

/**
 * The blank-separated words of a line; a word that starts with a double quote ends at the next one and keeps both. Linear.
 * `before`: how many columns of the real line stand before this text.
 */
export function splitWords(text: string, line: number, before = 0): Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < text.length) {
    while (at < text.length && isBlank(text.charCodeAt(at))) at++;
    if (at >= text.length) break;
    const start = at;
    const close = text.charCodeAt(at) === DOUBLE_QUOTE ? text.indexOf('"', at + 1) : -1;
    if (close >= 0) at = close + 1;
    else while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
    words.push({ text: text.slice(start, at), line, column: before + start + 1 });
  }
  return words;
}

export function wordsOf(items: readonly Word[]): Words {
  return { items, at: 0 };
}

/** The next word's text, without moving; undefined at the end. */
export function peekWord(words: Words): string | undefined {
  return words.items[words.at]?.text;
}

/** The next word's text, moving past it; undefined at the end. */
export function takeWord(words: Words): string | undefined {
  const word = peekWord(words);
  if (word !== undefined) words.at++;
  return word;
}

/** All words that are left, joined with one blank. */
export function takeRest(words: Words): string {
  const rest = words.items.slice(words.at).map((word) => word.text);
  words.at = words.items.length;
  return rest.join(" ");
}
