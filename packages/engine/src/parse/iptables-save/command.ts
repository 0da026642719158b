import type { Counters } from "../../model/ruleset.ts";
import type { Reader } from "./reader.ts";
import { LONG, SHORT, cutWords, shapeAt, startOf, wordText } from "./words.ts";
import type { Words } from "./words.ts";

const BRACKET = 91;
const LETTER_APPEND = 65;
const LETTER_Z = 90;
const CLOSING_BRACKET = 93;
const COLON = 58;
const MOST_DIGITS = 20;

/**
 * Cuts the line under way, which begins at `at`, into words; `[packets:bytes]` before them goes to the reader. False when
 * the line is no command.
 */
export function cutCommand(reader: Reader, at: number): boolean {
  const { words, text, lineEnd } = reader;
  const from = countersEnd(text, at);
  if (from < 0) return false;
  reader.counters = from === at ? null : parseCounters(text.slice(at, from));
  cutWords(words, from, lineEnd);
  return shapeAt(words, 0) === SHORT || shapeAt(words, 0) === LONG;
}

/** Where `[packets:bytes]` ends that begins at `start`; `start` itself when there is no bracket; −1 when it holds something else. */
export function countersEnd(text: string, start: number): number {
  if (text.charCodeAt(start) !== BRACKET) return start;
  const colon = digitsEnd(text, start + 1);
  const close = text.charCodeAt(colon) === COLON ? digitsEnd(text, colon + 1) : -1;
  return text.charCodeAt(close) === CLOSING_BRACKET ? close + 1 : -1;
}

/** Where a number of up to 20 digits ends; −1 when there is none. */
function digitsEnd(text: string, start: number): number {
  let at = start;
  for (; at <= start + MOST_DIGITS; at++) {
    const c = text.charCodeAt(at);
    if (!(c >= 48 && c <= 57)) break;
  }
  return at === start || at > start + MOST_DIGITS ? -1 : at;
}

const NOTHING_COUNTED: Counters = { packets: "0", bytes: "0" };

/** `[packets:bytes]`; null when it is not that. */
export function parseCounters(text: string): Counters | null {
  if (text === "[0:0]") return NOTHING_COUNTED;
  if (countersEnd(text, 0) !== text.length || text === "") return null;
  const colon = text.indexOf(":");
  return { packets: text.slice(1, colon), bytes: text.slice(colon + 1, -1) };
}

const COMMANDS: ReadonlySet<string> = new Set(
  ["append", "insert", "delete", "replace", "check", "list", "list-rules", "flush", "zero"]
    .concat("new-chain", "delete-chain", "policy", "rename-chain")
    .map((name) => `--${name}`),
);

/** Is the first word of the line a command of iptables (a capital letter, or its long spelling), or some other option? */
export function isCommand(words: Words): boolean {
  if (shapeAt(words, 0) === LONG) return COMMANDS.has(wordText(words, 0));
  const letter = words.text.charCodeAt(startOf(words, 0) + 1);
  return letter >= LETTER_APPEND && letter <= LETTER_Z;
}

/** `-A`, first of all commands: dumps hold nothing else. */
export function isAppend(words: Words): boolean {
  if (shapeAt(words, 0) === SHORT) return words.text.charCodeAt(startOf(words, 0) + 1) === LETTER_APPEND;
  return wordText(words, 0) === "--append";
}
