import type { NamedOption } from "../../ext/xt/args.ts";
import { findOption } from "../../ext/xt/args.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import { createMemo, recall, remember } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { endOf, hashOf, startOf, wordText } from "./words.ts";
import type { Words } from "./words.ts";

/** An extension with those of its options that the file has named so far. */
export interface Loaded<E extends MatchExtension | TargetExtension = MatchExtension | TargetExtension> {
  readonly extension: E;
  readonly options: Memo<NamedOption>;
}

export function loaded<E extends MatchExtension | TargetExtension>(extension: E): Loaded<E> {
  return { extension, options: createMemo() };
}

/** The option of the extension that a long word of the line names; null for all others, those of the rule itself included. */
export function optionAt({ extension, options }: Loaded, words: Words, at: number): NamedOption | null {
  const hash = hashOf(words, at);
  const start = startOf(words, at);
  const end = endOf(words, at);
  const known = recall(options, hash, words.text, start, end);
  if (known !== undefined) return known;
  const word = wordText(words, at);
  // An option of the rule itself comes first: `--source` is no short form of `--source-port`.
  const named = longLetter(word) === NO_LETTER ? findOption(extension, word.slice("--".length)) : null;
  return named === null ? null : remember(options, hash, words.text, start, end, named);
}

/** Options of the rule itself, by the code of their letter (iptables(8), PARAMETERS). 0: none. */
export const NO_LETTER = 0;
export const LETTER_C = 99;
export const LETTER_D = 100;
export const LETTER_F = 102;
export const LETTER_G = 103;
export const LETTER_I = 105;
export const LETTER_J = 106;
export const LETTER_M = 109;
export const LETTER_O = 111;
const LETTER_P = 112;
export const LETTER_S = 115;

const LONG: ReadonlyMap<string, number> = new Map([
  ["--source", LETTER_S],
  ["--src", LETTER_S],
  ["--destination", LETTER_D],
  ["--dst", LETTER_D],
  ["--in-interface", LETTER_I],
  ["--out-interface", LETTER_O],
  ["--protocol", LETTER_P],
  ["--fragment", LETTER_F],
  ["--fragments", LETTER_F],
  ["--match", LETTER_M],
  ["--jump", LETTER_J],
  ["--goto", LETTER_G],
  ["--set-counters", LETTER_C],
]);

/** For each ASCII character, itself where it is such a letter. */
const LETTERS: ReadonlySet<number> = new Set(LONG.values());
const SHORT: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => (LETTERS.has(code) ? code : NO_LETTER));

/** The letter of `-LETTER`, when it is an option of the rule. */
export function shortLetter(letter: number): number {
  return SHORT[letter] ?? NO_LETTER;
}

/** The letter of the option that a long spelling stands for. */
export function longLetter(word: string): number {
  return LONG.get(word) ?? NO_LETTER;
}
