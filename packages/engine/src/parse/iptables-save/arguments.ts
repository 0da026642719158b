import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import type { NamedOption } from "../../ext/xt/args.ts";
import type { Arg, Args } from "../../model/ruleset.ts";
import { letterAt } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { NO_LETTER, optionAt } from "./options.ts";
import type { Loaded } from "./options.ts";
import { ownerOf } from "./owner.ts";
import type { Problem, Reader } from "./reader.ts";
import { BANG, LONG, SHORT, isOldNegation, rawText, shapeAt, wordText } from "./words.ts";
import type { Words } from "./words.ts";

/** Reads the options of one extension from `from` on, as far as they are its own; a problem when one of them is not well formed. */
export function readArgs(
  reader: Reader,
  draft: Draft,
  known: Loaded,
  from: number,
): { readonly args: Args; readonly next: number } | Problem {
  const { words } = reader;
  const args: Record<string, Arg | undefined> = {};
  const firstPlace = draft.places.length;
  let next = from;
  while (next < words.count) {
    const at = shapeAt(words, next) === BANG ? next + 1 : next;
    if (shapeAt(words, at) !== LONG) break;
    const option = optionAt(known, words, at);
    if (option === null) {
      const word = wordText(words, at);
      if (letterAt(reader, at) !== NO_LETTER || ownerOf(reader, draft, word) !== null) break;
      return { code: "unknown-option", params: { option: word }, from: at, to: at + 1 };
    }
    const taken = takeOption(reader, option, next, at, args);
    if (typeof taken !== "number") return taken;
    if (draft.hasForm && option.option.codec.words === 1) {
      draft.places.push({ kind: "value", word: taken - 1, option, checked: null });
    }
    next = taken;
  }
  if (known.extension.checks) limitPlaces(draft, firstPlace, known.extension, args);
  return { args, next };
}

/** Of an extension that can complain, one value at a time may differ: with several, the complaint may be about how they go together. */
function limitPlaces(draft: Draft, first: number, extension: MatchExtension | TargetExtension, args: Args): void {
  const place = draft.places[first];
  if (draft.places.length > first + 1) draft.places.length = first;
  else if (place?.kind === "value") draft.places[first] = { ...place, checked: { extension, args } };
}

/** Puts one option with its value into `args`; gives the word that comes next, or what is wrong. */
export function takeOption(
  reader: Reader,
  named: NamedOption,
  start: number,
  at: number,
  args: Record<string, Arg | undefined>,
): number | Problem {
  const { words } = reader;
  const { codec, negatable } = named.option;
  const count = codec.words;
  // `--mark ! 5`, as long ago.
  const isOld = negatable && count > 0 && isOldNegation(words, at + 1);
  const value = isOld ? at + 2 : at + 1;
  if (start !== at && !negatable) return misused("not-negatable", words, at);
  if (args[named.name] !== undefined) return misused("option-twice", words, at);
  if (value + count > words.count) return misused("missing-value", words, at);
  const first = count > 0 ? wordText(words, value) : "";
  const parsed = codec.parse(first, count > 1 ? wordText(words, value + 1) : "");
  if (parsed === undefined) {
    if (shapeAt(words, value) === SHORT || shapeAt(words, value) === LONG) {
      return misused("missing-value", words, at);
    }
    const params = { option: wordText(words, at), value: first };
    return { code: "bad-value", params, from: value, to: value + count };
  }
  args[named.name] = { negated: (start !== at) !== isOld, value: parsed };
  return value + count;
}

/** A problem with the option that a word names. */
export function misused(code: "missing-value" | "not-negatable" | "option-twice", words: Words, at: number): Problem {
  return { code, params: { option: rawText(words, at, at + 1) }, from: at, to: at + 1 };
}
