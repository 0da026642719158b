import type { Role, Word } from "@hookwalk/engine";
import { columnsOf } from "./columns.ts";
import { neutralise } from "./neutralise.ts";

/** Chinese, Japanese and full-width characters: a line may end beside each of them. */
const WIDE = "\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef";
/** Marks that no line may begin with, and marks that none may end with. */
const CLOSING = "，。；：！？、）》」』”…";
const OPENING = "（《「『“";

/** The blank before a piece, and the piece, which is never broken. */
const PIECE = new RegExp(
  `(\\s*)([${OPENING}]*(?:[${WIDE}]|[^\\s${WIDE}]+)[${CLOSING}]*|[${OPENING}${CLOSING}]+)`,
  "gu",
);

/** Words as lines of at most so many columns, each word with its role; what cannot be broken is as wide as it is. */
export function wrapWords(words: readonly Word[], width: number): readonly (readonly Word[])[] {
  const harmless = words.map(({ text, role }) => ({ text: neutralise(text), role }));
  const text = harmless.map((word) => word.text).join("");
  const lines: Word[][] = [];
  let used = 0;
  for (const match of text.matchAll(PIECE)) {
    const [whole, blank = "", piece = ""] = match;
    const isFirst = lines.length === 0 || used + columnsOf(whole) > width;
    if (isFirst) {
      lines.push([]);
      used = 0;
    }
    const start = match.index + (isFirst ? blank.length : 0);
    const end = match.index + whole.length;
    for (const word of slice(harmless, start, end)) lines.at(-1)?.push(word);
    used += columnsOf(isFirst ? piece : whole);
  }
  return lines;
}

/** What stands between two places of the joined text, word by word. */
function slice(words: readonly { readonly text: string; readonly role: Role }[], from: number, to: number): Word[] {
  const found: Word[] = [];
  let at = 0;
  for (const { text, role } of words) {
    const [start, end] = [Math.max(from - at, 0), Math.min(to - at, text.length)];
    if (start < end) found.push({ text: text.slice(start, end), role });
    at += text.length;
  }
  return found;
}
