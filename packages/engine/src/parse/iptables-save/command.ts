import type { Counters } from "../../model/ruleset.ts";
import type { Reader } from "./reader.ts";
import { LONG, SHORT, cutWords, shapeAt, startOf, wordText } from "./words.ts";
import type { Words } from "./words.ts";

const BRACKET = 91;
const LETTER_APPEND = 65;
/** `[`, `:`, `]` and two numbers of up to 20 digits. */
const COUNTERS_LENGTH = 43;

/**
 * Cuts the line under way, which begins at `at`, into words; `[packets:bytes]` before them goes to the reader. False when
 * the line is no command.
 */
export function cutCommand(reader: Reader, at: number): boolean {
  const { words, text, lineEnd } = reader;
  reader.counters = null;
  let from = at;
  if (text.charCodeAt(at) === BRACKET) {
    const head = text.slice(at, Math.min(at + COUNTERS_LENGTH, lineEnd));
    const length = head.indexOf("]") + 1;
    reader.counters = parseCounters(head.slice(0, length));
    if (reader.counters === null) return false;
    from = at + length;
  }
  cutWords(words, from, lineEnd);
  return shapeAt(words, 0) === SHORT || shapeAt(words, 0) === LONG;
}

const NOTHING_COUNTED: Counters = { packets: "0", bytes: "0" };

/** `[packets:bytes]`; null when it is not that. */
export function parseCounters(text: string): Counters | null {
  if (text === "[0:0]") return NOTHING_COUNTED;
  const [, packets, bytes] = /^\[(\d{1,20}):(\d{1,20})\]$/.exec(text) ?? [];
  return packets === undefined || bytes === undefined ? null : { packets, bytes };
}

/** `-A`, first of all commands: dumps hold nothing else. */
export function isAppend(words: Words): boolean {
  if (shapeAt(words, 0) === SHORT) return words.text.charCodeAt(startOf(words, 0) + 1) === LETTER_APPEND;
  return wordText(words, 0) === "--append";
}
