import { takeWord } from "../base/words.ts";
import type { Words } from "../base/words.ts";
import { quoted, say, spanOfWord } from "./report.ts";
import type { Report } from "./report.ts";

/** How a keyword is read; the tables of `ext/ip` hold these. */
interface Reader<Drafted> {
  read(draft: Drafted, words: Words, word: string): boolean;
}

/**
 * Reads the rest of a statement word by word through a table of keywords. A word that the table does not know goes to
 * `unknown`, which says whether it was something else. False: a value is malformed, which has been said; the draft is of
 * no use.
 */
export function readStatement<Drafted>(
  draft: Drafted,
  words: Words,
  table: ReadonlyMap<string, Reader<Drafted>>,
  report: Report,
  unknown: (word: string) => boolean,
): boolean {
  for (let word = takeWord(words); word !== undefined; word = takeWord(words)) {
    const reader = table.get(word);
    if (reader === undefined) {
      if (!unknown(word)) sayUnknownWord(words, report);
    } else if (!reader.read(draft, words, word)) {
      sayBadValue(word, words, report);
      return false;
    }
  }
  return true;
}

/** Says that the word just taken is not known. */
export function sayUnknownWord(words: Words, report: Report): void {
  const item = words.items[words.at - 1];
  if (item === undefined) return;
  say(report, "unknown-word", spanOfWord(report, item), { word: quoted(item.text), format: report.format });
}

/** Says that what follows `word`, where the cursor stands, is not its value. */
export function sayBadValue(word: string, words: Words, report: Report): void {
  const item = words.items[words.at];
  if (item !== undefined) {
    say(report, "bad-word-value", spanOfWord(report, item), { word, value: quoted(item.text) }, "error");
    return;
  }
  const last = words.items.at(-1);
  if (last !== undefined) say(report, "word-without-value", spanOfWord(report, last), { word }, "error");
}
