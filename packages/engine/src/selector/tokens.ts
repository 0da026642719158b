import type { Comparison, Membership } from "./selector.ts";

export type Token =
  | { readonly kind: "label" | "has" | "string"; readonly text: string; readonly at: number }
  | { readonly kind: "all" | "global" | Punctuation | "end"; readonly at: number }
  | { readonly kind: "operator"; readonly operator: Comparison | Membership; readonly at: number };

export type Punctuation = "(" | ")" | "{" | "}" | "," | "&&" | "||" | "!";

/** Where a selector cannot be read on, and what would have been right there. */
export interface SelectorProblem {
  readonly code: "selector-expected" | "selector-unterminated" | "selector-too-long" | "selector-too-deep";
  /** UTF-16 units from the start of the selector. */
  readonly at: number;
  /** What should stand there, as the language spells it. */
  readonly expected: string;
}

/** libcalico-go/lib/selector/tokenizer/tokenizer.go LabelKeyMatcher. */
const MAX_LABEL = 512;

const BLANKS = /[ \t]*/y;
const LABEL = /[\w./-]+/y;
const CALL = /(all|global)\([ \t]*\)/y;
const HAS = /has\([ \t]*([\w./-]+)[ \t]*\)/y;
/** `has(`, `all(` and `global(` are never labels, whatever follows. */
const OPEN_CALL = /(?:has|all|global)\(/y;
const PUNCTUATION = /&&|\|\||[(){},]|!(?!=)/y;
const COMPARISON = /[=!]=/y;
/** Words that are operators right behind a label, and only there; the blank inside may be missing. */
const WORD = /contains|starts[ \t]*with|ends[ \t]*with|not[ \t]*in|in/y;

/** The tokens of a selector, an `end` behind them; or where it has none. Linear. */
export function tokenize(text: string): readonly Token[] | SelectorProblem {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += lengthOf(BLANKS, text, at);
    if (at === text.length) {
      tokens.push({ kind: "end", at });
      return tokens;
    }
    const isBehindLabel = tokens.at(-1)?.kind === "label";
    const read = isBehindLabel ? (operatorAt(text, at) ?? markAt(text, at)) : wordAt(text, at);
    if (read === null) return { code: "selector-expected", at, expected: isBehindLabel ? OPERATORS : TERMS };
    if ("code" in read) return read;
    tokens.push(read.token);
    at = read.end;
  }
}

/** What may follow a label, and what may begin a term. */
export const OPERATORS = "== != in, not in, contains, starts with, ends with";
export const TERMS = "LABEL has(LABEL) all() global() ! (";

type Read = { readonly token: Token; readonly end: number } | SelectorProblem | null;

function operatorAt(text: string, at: number): Read {
  const word = matchAt(WORD, text, at)?.[0];
  if (word === undefined) return null;
  const operator = WORD_OPERATORS.get(word.replace(/[ \t]/g, ""));
  return operator === undefined ? null : { token: { kind: "operator", operator, at }, end: at + word.length };
}

const WORD_OPERATORS: ReadonlyMap<string, Comparison | Membership> = new Map([
  ["contains", "contains"],
  ["startswith", "starts with"],
  ["endswith", "ends with"],
  ["notin", "not in"],
  ["in", "in"],
]);

function wordAt(text: string, at: number): Read {
  const has = matchAt(HAS, text, at);
  if (has !== null) return labelled("has", has[1] ?? "", at, at + has[0].length);
  const call = matchAt(CALL, text, at);
  if (call !== null) {
    return { token: { kind: call[1] === "all" ? "all" : "global", at }, end: at + call[0].length };
  }
  if (matchAt(OPEN_CALL, text, at) !== null) return { code: "selector-expected", at, expected: TERMS };
  const label = matchAt(LABEL, text, at)?.[0];
  return label === undefined ? markAt(text, at) : labelled("label", label, at, at + label.length);
}

function labelled(kind: "has" | "label", text: string, at: number, end: number): Read {
  if (text.length > MAX_LABEL) {
    return { code: "selector-too-long", at: at + MAX_LABEL, expected: String(MAX_LABEL) };
  }
  return { token: { kind, text, at }, end };
}

/** A string, a comparison or punctuation: what is read alike wherever it stands. */
function markAt(text: string, at: number): Read {
  const quote = text.charAt(at);
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, at + 1);
    if (end < 0) return { code: "selector-unterminated", at, expected: quote };
    return { token: { kind: "string", text: text.slice(at + 1, end), at }, end: end + 1 };
  }
  const comparison = matchAt(COMPARISON, text, at)?.[0];
  if (comparison !== undefined) {
    return { token: { kind: "operator", operator: comparison === "==" ? "==" : "!=", at }, end: at + 2 };
  }
  const mark = matchAt(PUNCTUATION, text, at)?.[0];
  if (mark === undefined) return null;
  // The pattern has no other alternatives.
  return { token: { kind: mark as Punctuation, at }, end: at + mark.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  return matchAt(pattern, text, at)?.[0].length ?? 0;
}
