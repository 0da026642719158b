import { fragmentOf, isComment, isTarget } from "./fragment.ts";
import { wordsOf } from "./printed-rule.ts";
import type { RuleBody } from "./printed-rule.ts";
import { withFragment } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Everything that iptables-save prints, likeliest first. */
const CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+_ /:.,\"!=%@*()[]{}<>|&;'#$?^~`\\";
const ALL_PORTS = 0xffff;

type Part = "front" | "rest";
const PARTS: readonly Part[] = ["front", "rest"];

/** What a rule may have been before somebody changed one thing in it: a word, an option, a match more or less. */
export function* wordEdits(body: RuleBody, vocabulary: Vocabulary): Generator<RuleBody> {
  for (const [part, at, fragment] of fragmentsOf(body)) {
    yield* otherWords(body, part, at, fragment, vocabulary);
    for (const other of likeFragments(part, fragment, vocabulary)) {
      if (other !== fragment) yield withFragment(body, part, at, 1, other);
    }
    yield withFragment(body, part, at, 1, "");
  }
  for (const part of PARTS) {
    const more = part === "front" ? vocabulary.fronts : [...vocabulary.matches, ...vocabulary.targets];
    for (let at = 0; at <= body[part].length; at++) {
      for (const fragment of more) yield withFragment(body, part, at, 0, fragment);
    }
  }
}

/** What a rule may have been before somebody changed one character of it. */
export function* characterEdits(body: RuleBody): Generator<RuleBody> {
  const arranged = [...arrangements(body)];
  for (const edit of [substitutions, insertions, deletions]) {
    for (const each of arranged) {
      for (const [part, at, fragment] of suspectsOf(each)) {
        for (const text of edit(fragment)) yield withFragment(each, part, at, 1, text);
      }
    }
  }
}

/** The fragments that Felix never writes: one change cannot have spared them. All of them where there are none. */
function suspectsOf(body: RuleBody): readonly (readonly [Part, number, string])[] {
  const all = [...fragmentsOf(body)];
  const odd = all.filter(([, , fragment]) => !fragmentOf(fragment).isFelix);
  return odd.length === 0 ? all : odd;
}

/**
 * The body, and where one character made iptables-save arrange the rest of the rule anew, that rest as it stood: words that no option wants stand before
 * the target, what was the target stands in front, and a comment that lost its quote has swallowed what stood behind it and got a quote of its own.
 */
function* arrangements(body: RuleBody): Generator<RuleBody> {
  yield body;
  const { front, rest } = body;
  const last = rest.at(-1);
  if (last !== undefined && isTarget(last)) {
    const parts = rest.slice(0, -1).map(withoutStray);
    const strays = parts.flatMap(({ stray }) => stray);
    const kept = parts.flatMap(({ kept: words }) => (words.length === 0 ? [] : [words.join(" ")]));
    if (strays.length > 0) yield { front, rest: [...kept, [last, ...strays].join(" ")] };
  }
  if (last !== undefined && isComment(last) && last.includes(" -")) {
    yield { front, rest: [...rest.slice(0, -1), last.slice(0, -1).replace(/\\(.)/g, "$1")] };
  }
  if (last !== undefined && isTarget(last)) return;
  for (const [at, moved] of front.entries()) yield { front: front.toSpliced(at, 1), rest: [...rest, moved] };
}

/** What a rule may have been before somebody changed a port of it. */
export function* portEdits(body: RuleBody): Generator<RuleBody> {
  for (const [part, at, fragment] of fragmentsOf(body)) {
    const [, option] = /^(.*--[sd]ports? )\d+$/.exec(fragment) ?? [];
    if (option === undefined) continue;
    for (let port = 0; port <= ALL_PORTS; port++) yield withFragment(body, part, at, 1, option + String(port));
  }
}

/** A fragment's words, and those at its end without which it is one that Felix writes; all of them where no beginning is. */
function withoutStray(fragment: string): { readonly kept: readonly string[]; readonly stray: readonly string[] } {
  const words = wordsOf(fragment);
  for (let end = words.length; end > 0; end--) {
    const kept = words.slice(0, end);
    if (fragmentOf(kept.join(" ")).isFelix) return { kept, stray: words.slice(end) };
  }
  return { kept: [], stray: words };
}

function* fragmentsOf(body: RuleBody): Generator<readonly [Part, number, string]> {
  for (const part of PARTS) {
    for (const [at, fragment] of body[part].entries()) yield [part, at, fragment];
  }
}

/** One word replaced by another that stands behind the same word somewhere on the node. */
function* otherWords(
  body: RuleBody,
  part: Part,
  at: number,
  fragment: string,
  vocabulary: Vocabulary,
): Generator<RuleBody> {
  const words = wordsOf(fragment);
  for (const [place, word] of words.entries()) {
    for (const other of vocabulary.words.get(words[place - 1] ?? "") ?? []) {
      if (other === word) continue;
      yield withFragment(body, part, at, 1, words.with(place, other).join(" "));
    }
  }
}

function likeFragments(part: Part, fragment: string, vocabulary: Vocabulary): readonly string[] {
  if (part === "front") return vocabulary.fronts;
  return isTarget(fragment) ? vocabulary.targets : vocabulary.matches;
}

function* substitutions(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    for (const character of CHARACTERS) yield text.slice(0, at) + character + text.slice(at + 1);
  }
}

function* insertions(text: string): Generator<string> {
  for (let at = 0; at <= text.length; at++) {
    for (const character of CHARACTERS) yield text.slice(0, at) + character + text.slice(at);
  }
}

function* deletions(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) yield text.slice(0, at) + text.slice(at + 1);
}
