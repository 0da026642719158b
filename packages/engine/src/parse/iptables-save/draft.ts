import type { AddressMask } from "../../base/address.ts";
import type { Counters, Match, Negatable, Target, Verbatim } from "../../model/ruleset.ts";
import type { Place } from "./form.ts";
import { NO_LETTER, longLetter, shortLetter } from "./options.ts";
import { reportProblem } from "./reader.ts";
import type { Problem, Reader } from "./reader.ts";
import { BANG, LONG, SHORT, rawText, shapeAt, startOf, wordText } from "./words.ts";

/** What the words of one rule have said so far. Emptied and used again for every rule. */
export interface Draft {
  src: Negatable<AddressMask> | null;
  dst: Negatable<AddressMask> | null;
  /** `-s a,b`: all of them, where there are several; then the rule stands for one rule each. */
  srcList: readonly Negatable<AddressMask>[] | null;
  dstList: readonly Negatable<AddressMask>[] | null;
  iif: Negatable<string> | null;
  oif: Negatable<string> | null;
  proto: Negatable<number> | null;
  fragment: Negatable<true> | null;
  /** The first `matchCount` of them are this rule's; the rest is left over from other rules. */
  readonly matches: (Match | Verbatim)[];
  matchCount: number;
  target: Target | null;
  counters: Counters | null;
  /** Options of the rule itself given so far: one bit a letter. */
  seen: number;
  /** Some extension is still to be checked, now that all its options are known. */
  unsettled: boolean;
  /** Where the line may have other words and still be read without complaint; see form.ts. */
  readonly places: Place[];
  /** The line is as a tool would write it: each option stands with what it belongs to. */
  hasForm: boolean;
}

export function createDraft(): Draft {
  return {
    src: null,
    dst: null,
    srcList: null,
    dstList: null,
    iif: null,
    oif: null,
    proto: null,
    fragment: null,
    matches: [],
    matchCount: 0,
    target: null,
    counters: null,
    seen: 0,
    unsettled: false,
    places: [],
    hasForm: true,
  };
}

export function emptyDraft(draft: Draft): void {
  draft.src = null;
  draft.dst = null;
  draft.srcList = null;
  draft.dstList = null;
  draft.iif = null;
  draft.oif = null;
  draft.proto = null;
  draft.fragment = null;
  draft.matchCount = 0;
  draft.target = null;
  draft.counters = null;
  draft.seen = 0;
  draft.unsettled = false;
  if (draft.places.length > 0) draft.places.length = 0;
  draft.hasForm = true;
}

export function addMatch(draft: Draft, match: Match | Verbatim): void {
  draft.matches[draft.matchCount++] = match;
}

/** The option of the rule itself that a word is, by its letter. */
export function letterAt(reader: Reader, at: number): number {
  const { words } = reader;
  switch (shapeAt(words, at)) {
    case SHORT:
      return shortLetter(words.text.charCodeAt(startOf(words, at) + 1));
    case LONG:
      return longLetter(wordText(words, at));
    default:
      return NO_LETTER;
  }
}

/** Where the words end that belong to no option of the rule itself. */
export function partEnd(reader: Reader, from: number): number {
  const { words } = reader;
  let at = from;
  while (at < words.count) {
    if (letterAt(reader, shapeAt(words, at) === BANG ? at + 1 : at) !== NO_LETTER) break;
    at++;
  }
  return at;
}

/** Reports a problem and keeps the words `[from, to)` as they stand; gives `to`. */
export function refuse(reader: Reader, draft: Draft, problem: Problem, from: number, to: number): number {
  reportProblem(reader, "error", problem);
  addMatch(draft, { kind: "verbatim", name: "", text: rawText(reader.words, from, to) });
  return to;
}
