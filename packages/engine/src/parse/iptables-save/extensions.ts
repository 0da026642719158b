import type { Family } from "../../base/address.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Arg, Args, Match, Target } from "../../model/ruleset.ts";
import { misused, readArgs, takeOption } from "./arguments.ts";
import { addMatch, letterAt, partEnd, refuse } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { recall, remember } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { VERDICTS, isName } from "./names.ts";
import { NO_LETTER, loaded } from "./options.ts";
import type { Loaded } from "./options.ts";
import { ownerOf } from "./owner.ts";
import { reportProblem } from "./reader.ts";
import type { Problem, Reader } from "./reader.ts";
import { BANG, LONG, SHORT, endOf, hashOf, rawText, shapeAt, startOf, wordText } from "./words.ts";
import type { Words } from "./words.ts";

/** Reads `-m NAME …`, `-m` being at `at`; gives the word that comes next. */
export function loadMatch(reader: Reader, draft: Draft, at: number): number {
  const { words, text } = reader;
  const memo = reader.memos[reader.family].matches;
  const end = groupEnd(words, at);
  const hash = groupHash(words, at, end);
  const from = startOf(words, at);
  const to = endOf(words, end - 1);
  const before = reader.isKeeping ? recall(memo, hash, text, from, to) : undefined;
  if (before !== undefined) {
    addMatch(draft, before);
    return end;
  }
  if (at + 1 >= words.count) return refuse(reader, draft, misused("missing-value", words, at), at, at + 1);
  const known = matchAt(reader, at + 1);
  if (known === null) return keepMatch(reader, draft, at, unknown("unknown-match", words, at + 1));
  const { extension } = known;
  const read = readArgs(reader, draft, known, at + 2);
  if ("code" in read) return keepMatch(reader, draft, at, read);
  const args = extension.normalise(read.args);
  const match: Match = { kind: "match", name: extension.name, args };
  addMatch(draft, match);
  if (extension.check(args) !== null) draft.unsettled = true;
  else if (reader.isKeeping && read.next === end) remember(memo, hash, text, from, to, match);
  return read.next;
}

/** Keeps `-m NAME …` as it stands. */
function keepMatch(reader: Reader, draft: Draft, at: number, problem: Problem): number {
  const { words } = reader;
  reportProblem(reader, "error", problem);
  const end = partEnd(reader, at + 2);
  addMatch(draft, { kind: "verbatim", name: wordText(words, at + 1), text: rawText(words, at + 2, end) });
  return end;
}

/** The match that a word names, or null. */
function matchAt(reader: Reader, at: number): Loaded<MatchExtension> | null {
  return namedAt(reader, at, reader.memos[reader.family].matchNames, findMatch);
}

/** The target that a word names, or null: a verdict, a chain, or nothing known. */
function targetAt(reader: Reader, at: number): Loaded<TargetExtension> | null {
  return namedAt(reader, at, reader.memos[reader.family].targetNames, findTarget);
}

function namedAt<E extends MatchExtension | TargetExtension>(
  { words, text, family }: Reader,
  at: number,
  memo: Memo<Loaded<E>>,
  find: (name: string, family: Family) => E | null,
): Loaded<E> | null {
  const hash = hashOf(words, at);
  const known = recall(memo, hash, text, startOf(words, at), endOf(words, at));
  if (known !== undefined) return known;
  const extension = find(wordText(words, at), family);
  return extension === null
    ? null
    : remember(memo, hash, text, startOf(words, at), endOf(words, at), loaded(extension));
}

/** Reads `-j NAME …` or `-g CHAIN`, the option being at `at`; gives the word that comes next. */
export function loadTarget(reader: Reader, draft: Draft, at: number, isGoto: boolean): number {
  const { words, text } = reader;
  const memo = reader.memos[reader.family].targets;
  const end = groupEnd(words, at);
  const hash = groupHash(words, at, end);
  const from = startOf(words, at);
  const to = endOf(words, end - 1);
  const before = reader.isKeeping ? recall(memo, hash, text, from, to) : undefined;
  if (before !== undefined) {
    draft.target = before;
    return end;
  }
  if (at + 1 >= words.count) return refuse(reader, draft, misused("missing-value", words, at), at, at + 1);
  const name = wordText(words, at + 1);
  if (!isName(name)) {
    const params = { option: rawText(words, at, at + 1), value: name };
    return refuse(reader, draft, { code: "bad-value", params, from: at + 1, to: at + 2 }, at, at + 2);
  }
  const read = isGoto
    ? { target: { kind: "goto", chain: name } as const, next: at + 2 }
    : readTarget(reader, draft, name, at);
  if (draft.hasForm && (read.target.kind === "goto" || read.target.kind === "jump")) {
    draft.places.push({ kind: "chain", word: at + 1 });
  }
  draft.target = read.target;
  if (reader.isKeeping && read.next === end && !draft.unsettled && read.target.kind !== "verbatim")
    remember(memo, hash, text, from, to, read.target);
  return read.next;
}

function readTarget(reader: Reader, draft: Draft, name: string, at: number): { target: Target; next: number } {
  const known = targetAt(reader, at + 1);
  if (known !== null) {
    const { extension } = known;
    const read = readArgs(reader, draft, known, at + 2);
    if ("code" in read) return keepTarget(reader, name, at, read);
    const args = extension.normalise(read.args);
    if (extension.check(args) !== null) draft.unsettled = true;
    return { target: { kind: "target", name: extension.name, args }, next: read.next };
  }
  const verdict = VERDICTS.get(name);
  if (verdict !== undefined) return { target: verdict, next: at + 2 };
  // A chain has no options: words that nobody else takes make it a target that is not known here.
  const option = longOptionAt(reader, at + 2);
  if (option >= 0 && ownerOf(reader, draft, wordText(reader.words, option)) === null) {
    return keepTarget(reader, name, at, unknown("unknown-target", reader.words, at + 1));
  }
  return { target: { kind: "jump", chain: name }, next: at + 2 };
}

function keepTarget(reader: Reader, name: string, at: number, problem: Problem): { target: Target; next: number } {
  reportProblem(reader, "error", problem);
  const next = partEnd(reader, at + 2);
  return { target: { kind: "verbatim", name, text: rawText(reader.words, at + 2, next) }, next };
}

/**
 * Reads an option that stands behind other parts of the rule (`-m tcp -m comment --comment x --dport 80`, or
 * `-p tcp --dport 80` without `-m`): it belongs to the extension loaded last that has it, as getopt finds it. Null when
 * the word is no such option.
 */
export function appendOption(reader: Reader, draft: Draft, start: number): number | null {
  const at = longOptionAt(reader, start);
  if (at < 0) return null;
  const owner = ownerOf(reader, draft, wordText(reader.words, at));
  if (owner === null) return null;
  draft.hasForm = false;
  const args: Record<string, Arg | undefined> = { ...owner.args };
  const next = takeOption(reader, owner.option, start, at, args);
  if (typeof next !== "number") return refuse(reader, draft, next, start, partEnd(reader, at + 1));
  const { name } = owner.extension;
  const normal = owner.extension.normalise(args);
  if (owner.index < 0) draft.target = { kind: "target", name, args: normal };
  else if (owner.index === draft.matchCount) addMatch(draft, { kind: "match", name, args: normal });
  else draft.matches[owner.index] = { kind: "match", name, args: normal };
  draft.unsettled = true;
  return next;
}

/** Has the extensions that were not whole at first say what they still miss. */
export function settleExtensions(reader: Reader, draft: Draft): void {
  const { target } = draft;
  for (const match of draft.matches.slice(0, draft.matchCount)) {
    if (match.kind === "match")
      checkWhole(reader, `-m ${match.name}`, findMatch(match.name, reader.family), match.args);
  }
  if (target?.kind === "target") {
    checkWhole(reader, `-j ${target.name}`, findTarget(target.name, reader.family), target.args);
  }
}

function checkWhole(
  reader: Reader,
  name: string,
  extension: MatchExtension | TargetExtension | null,
  args: Args,
): void {
  const problem = extension?.check(args) ?? null;
  if (problem === null) return;
  reportProblem(reader, "error", {
    code: "refused-arguments",
    params: { name, problem },
    from: 0,
    to: reader.words.count,
  });
}

/** The long option at `start`, behind `!` or not, that is none of the rule itself; −1 when there is none. */
function longOptionAt(reader: Reader, start: number): number {
  const at = shapeAt(reader.words, start) === BANG ? start + 1 : start;
  return shapeAt(reader.words, at) === LONG && letterAt(reader, at) === NO_LETTER ? at : -1;
}

/** Where the next `-x` begins: all that the option at `at` can be made of, if nobody else's options are mixed in. */
function groupEnd(words: Words, at: number): number {
  let end = at + 1;
  while (end < words.count && shapeAt(words, end) !== SHORT) end++;
  return end < words.count && end > at + 1 && shapeAt(words, end - 1) === BANG ? end - 1 : end;
}

function groupHash(words: Words, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 37) + hashOf(words, at)) | 0;
  return hash;
}

function unknown(code: "unknown-match" | "unknown-target", words: Words, at: number): Problem {
  return { code, params: { name: wordText(words, at) }, from: at, to: at + 1 };
}
