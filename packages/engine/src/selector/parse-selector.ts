import type { Span } from "../base/span.ts";
import type { Diagnostic, Parsed } from "../model/diagnostic.ts";
import { member } from "./member.ts";
import type { Selector } from "./selector.ts";
import { OPERATORS, TERMS, tokenize } from "./tokens.ts";
import type { SelectorProblem, Token } from "./tokens.ts";

/** Parentheses inside each other; a policy has a handful. */
const MAX_DEPTH = 256;
/** UTF-16 units of a selector; an object of Kubernetes as a whole has no more. */
const MAX_LENGTH = 1 << 20;

/**
 * A selector as Calico reads it: `||` binds weakest, then `&&`, then `!`; the empty text selects all. libcalico-go/lib/selector/parser/parser.go.
 * Null with a diagnostic where it cannot be read: a selector that is half understood would select the wrong endpoints.
 *
 * @param place where the selector's text stands; the column of a diagnostic counts from its own (1 where it has none).
 */
export function parseSelector(text: string, place: Span): Parsed<Selector | null> {
  const read = readSelector(text);
  if ("kind" in read) return { value: read, diagnostics: [] };
  return { value: null, diagnostics: [diagnosticOf(read, text, place)] };
}

function diagnosticOf({ code, at, expected }: SelectorProblem, text: string, place: Span): Diagnostic {
  const column = (place.column ?? 1) + at;
  return {
    code,
    severity: "error",
    params: { column: at + 1, expected, found: foundAt(text, at) },
    span: { file: place.file, line: place.line, column, endColumn: column + 1 },
    source: text,
  };
}

const MOST_SHOWN = 20;

function foundAt(text: string, at: number): string {
  return text.slice(at, at + MOST_SHOWN);
}

function readSelector(text: string): Selector | SelectorProblem {
  if (text.length > MAX_LENGTH) return { code: "selector-too-long", at: MAX_LENGTH, expected: String(MAX_LENGTH) };
  const tokens = tokenize(text);
  if ("code" in tokens) return tokens;
  const cursor: Cursor = { tokens, next: 0, depth: 0 };
  if (peek(cursor) === "end") return { kind: "all" };
  const selector = readOr(cursor);
  if ("code" in selector || peek(cursor) === "end") return selector;
  return expected(cursor, "&& ||");
}

interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
  depth: number;
}

/** The last token is `end`, and nobody goes past it. */
const END: Token = { kind: "end", at: 0 };

function token(cursor: Cursor): Token {
  return cursor.tokens[cursor.next] ?? END;
}

function peek(cursor: Cursor): Token["kind"] {
  return token(cursor).kind;
}

function take(cursor: Cursor, kind: Token["kind"]): boolean {
  const isThere = peek(cursor) === kind;
  if (isThere) cursor.next++;
  return isThere;
}

function expected(cursor: Cursor, what: string): SelectorProblem {
  return { code: "selector-expected", at: token(cursor).at, expected: what };
}

type Read = Selector | SelectorProblem;

function readOr(cursor: Cursor): Read {
  return readChain(cursor, "or", "||", readAnd);
}

function readAnd(cursor: Cursor): Read {
  return readChain(cursor, "and", "&&", readTerm);
}

/** One or more of the next binding, with a sign between them. */
function readChain(cursor: Cursor, kind: "and" | "or", sign: "&&" | "||", operand: (cursor: Cursor) => Read): Read {
  const operands: Selector[] = [];
  do {
    const read = operand(cursor);
    if ("code" in read) return read;
    operands.push(read);
  } while (take(cursor, sign));
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind, operands };
}

function readTerm(cursor: Cursor): Read {
  let isNegated = false;
  while (take(cursor, "!")) isNegated = !isNegated;
  const operand = readOperand(cursor);
  return !isNegated || "code" in operand ? operand : { kind: "not", operand };
}

function readOperand(cursor: Cursor): Read {
  const first = token(cursor);
  if (first.kind === "(") return readGroup(cursor);
  if (first.kind === "has" || first.kind === "label") {
    cursor.next++;
    return first.kind === "has" ? { kind: "has", label: first.text } : readOperator(cursor, first.text);
  }
  if (first.kind === "all" || first.kind === "global") {
    cursor.next++;
    return { kind: first.kind };
  }
  return expected(cursor, TERMS);
}

function readGroup(cursor: Cursor): Read {
  if (cursor.depth === MAX_DEPTH) {
    return { code: "selector-too-deep", at: token(cursor).at, expected: String(MAX_DEPTH) };
  }
  cursor.next++;
  cursor.depth++;
  const inner = readOr(cursor);
  if ("code" in inner) return inner;
  cursor.depth--;
  return take(cursor, ")") ? inner : expected(cursor, ")");
}

function readOperator(cursor: Cursor, label: string): Read {
  const read = token(cursor);
  if (read.kind !== "operator") return expected(cursor, OPERATORS);
  const { operator } = read;
  cursor.next++;
  if (operator === "in" || operator === "not in") {
    const values = readSet(cursor);
    return "code" in values ? values : member(label, operator, values);
  }
  const value = token(cursor);
  if (value.kind !== "string") return expected(cursor, '"…"');
  cursor.next++;
  return { kind: "compare", label, operator, value: value.text };
}

/** `{"a", "b"}`; a comma may stand behind the last, and there need be none at all. */
function readSet(cursor: Cursor): readonly string[] | SelectorProblem {
  if (!take(cursor, "{")) return expected(cursor, "{");
  const values: string[] = [];
  for (;;) {
    const value = token(cursor);
    if (value.kind !== "string") break;
    values.push(value.text);
    cursor.next++;
    if (!take(cursor, ",")) break;
  }
  if (!take(cursor, "}")) return expected(cursor, "}");
  return values;
}
