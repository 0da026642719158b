import type { QueryProblem } from "./cursor.ts";
import { Cursor } from "./cursor.ts";
import type { Condition, Formula, Outcome, Query, Question } from "./query.ts";
import type { Part, TermReader } from "./terms.ts";
import {
  CONDITIONS_EXPECTED,
  OUTCOMES_EXPECTED,
  TERM_WORDS,
  isPort,
  readFrom,
  readPortWord,
  readerOf,
} from "./terms.ts";
import { CAN, EXCEPT, QUESTIONS } from "./words.ts";

export type ParsedQuery =
  { readonly query: Query; readonly problem: null } | { readonly query: null; readonly problem: QueryProblem };

/** Parentheses inside each other. */
const MAX_DEPTH = 32;
/** UTF-16 units. */
const MAX_LENGTH = 8192;

/** Reads a question. Linear; whatever the text is, what is wrong with it is an answer. */
export function parseQuery(text: string): ParsedQuery {
  return parseWith(text, readQuestion);
}

/** Reads what is claimed of packets, without a word that asks: `from 10.0.0.0/8 reach tcp/22 on the node`. */
export function parseClaim(text: string, question: Question): ParsedQuery {
  return parseWith(text, () => ({ question, subject: null }));
}

/** What is asked, and how a value is read that stands first. */
interface Beginning {
  readonly question: Question;
  readonly subject: TermReader | null;
}

function parseWith(text: string, question: (cursor: Cursor) => Beginning | null): ParsedQuery {
  if (text.length > MAX_LENGTH) {
    return {
      query: null,
      problem: { code: "too-long", column: MAX_LENGTH, found: "", expected: [String(MAX_LENGTH)] },
    };
  }
  const cursor = new Cursor(text);
  const asked = question(cursor);
  const named = asked === null ? null : readClauses(cursor, asked.subject);
  const parts = named !== null && cursor.has(CAN) ? orAccepted(named) : named;
  if (asked === null || parts === null || !isWhole(cursor, parts)) {
    return { query: null, problem: cursor.problem ?? NOTHING };
  }
  return { query: { question: asked.question, ...sorted(parts) }, problem: null };
}

/** Every word of the language that means something, for completion and for guesses at what was meant. */
export const QUERY_WORDS: readonly string[] = [
  ...QUESTIONS.keys(),
  ...TERM_WORDS,
  ...["can", "and", "or", "not", "except", "node", "rule", "chain", "table"],
];

/** Whoever gives up has said why. */
const NOTHING: QueryProblem = { code: "expected", column: 1, found: "", expected: [] };

function readQuestion(cursor: Cursor): Beginning | null {
  const question = QUESTIONS.get(cursor.peekWord() ?? "");
  if (question !== undefined) {
    cursor.take();
    return { question, subject: null };
  }
  if (cursor.beginsWith(CAN)) return { question: "any", subject: readFrom };
  return cursor.fail([...QUESTIONS.keys()]);
}

/** “Who can ssh to the node”: what gets through. */
function orAccepted(parts: readonly Part[]): readonly Part[] {
  const isComplete = parts.length === 0 || parts.some(({ about }) => about === "outcome");
  return isComplete ? parts : [...parts, { about: "outcome", formula: { kind: "term", term: { kind: "accepted" } } }];
}

/** Is there an outcome, and nothing left? */
function isWhole(cursor: Cursor, parts: readonly Part[]): boolean {
  const hasOutcome = parts.some(({ about }) => about === "outcome");
  if (cursor.peek() === null && hasOutcome) return true;
  cursor.fail(cursor.peek() === null ? OUTCOMES_EXPECTED : ANYTHING);
  return false;
}

const ANYTHING = [...CONDITIONS_EXPECTED, "not", "except", "(", ...OUTCOMES_EXPECTED];

interface Sorted {
  readonly conditions: readonly Formula<Condition>[];
  readonly outcomes: readonly Formula<Outcome>[];
}

function sorted(parts: readonly Part[]): Sorted {
  return {
    conditions: parts.flatMap((part) => (part.about === "condition" ? [part.formula] : [])),
    outcomes: parts.flatMap((part) => (part.about === "outcome" ? [part.formula] : [])),
  };
}

const BETWEEN: ReadonlySet<string> = new Set(["and", ","]);

/** One after the other, with `and` or commas between them or not. `last` is what a value alone may be one more of: `from A except B`. */
function readClauses(cursor: Cursor, last: TermReader | null = null): readonly Part[] | null {
  const parts: Part[] = [];
  let before = last;
  for (;;) {
    while (parts.length > 0 && cursor.takeIf(BETWEEN));
    const word = cursor.peekWord();
    if (cursor.peek() === null || word === ")") return parts;
    const isExcept = EXCEPT.has(word ?? "");
    const list = isExcept ? readExcept(cursor, before) : readList(cursor, OR, parts.length === 0 ? last : null);
    if (list === null) return null;
    parts.push(list.part);
    before = list.last;
  }
}

const OR: ReadonlySet<string> = new Set(["or"]);
const THAN: ReadonlySet<string> = new Set(["than"]);
const LISTING: ReadonlySet<string> = new Set(["or", "and", ","]);

/** A part, and the reader of its last value. */
interface List {
  readonly part: Part;
  readonly last: TermReader | null;
}

/** `except A and B`: neither A nor B. */
function readExcept(cursor: Cursor, last: TermReader | null): List | null {
  const isOther = cursor.peekWord() === "other";
  cursor.take();
  if (isOther && !cursor.takeIf(THAN)) return cursor.fail(["than"]);
  const list = readList(cursor, LISTING, last);
  return list === null ? null : { ...list, part: negated(list.part) };
}

/** Operands with a word between them. A value alone is one more of the kind before: `from A or B`. */
function readList(cursor: Cursor, between: ReadonlySet<string>, before: TermReader | null): List | null {
  const start = cursor.peek();
  const parts: Part[] = [];
  let last = before;
  do {
    const own = readerOf(cursor.peek());
    const part = readOperand(cursor, last);
    if (part === null) return null;
    parts.push(part);
    last = own ?? last;
  } while (cursor.takeIf(between));
  const part = combined("any", parts) ?? cursor.fail([], "mixed", start);
  return part === null ? null : { part, last };
}

function readOperand(cursor: Cursor, last: TermReader | null): Part | null {
  const token = cursor.peek();
  const word = cursor.peekWord();
  if (word === "(") return readGroup(cursor, last);
  if (word === "not") {
    cursor.take();
    return nested(cursor, () => {
      const part = readOperand(cursor, last);
      return part === null ? null : negated(part);
    });
  }
  if (isPort(token) && readerOf(token) === null) return readPortWord(cursor);
  const reader = readerOf(token);
  if (reader !== null) {
    cursor.take();
    return reader(cursor);
  }
  return token === null || last === null ? cursor.fail(ANYTHING) : last(cursor);
}

const CLOSE: ReadonlySet<string> = new Set([")"]);

function readGroup(cursor: Cursor, last: TermReader | null): Part | null {
  const start = cursor.take();
  return nested(cursor, () => {
    const parts = readClauses(cursor, last);
    if (parts === null) return null;
    if (parts.length === 0) return cursor.fail(ANYTHING);
    if (!cursor.takeIf(CLOSE)) return cursor.fail([")"]);
    return combined("all", parts) ?? cursor.fail([], "mixed", start);
  });
}

function nested(cursor: Cursor, read: () => Part | null): Part | null {
  if (!cursor.open(MAX_DEPTH)) return null;
  const part = read();
  cursor.close();
  return part;
}

/** Null: some are about packets as they entered, some about what became of them. */
function combined(kind: "all" | "any", parts: readonly Part[]): Part | null {
  const { conditions, outcomes } = sorted(parts);
  if (conditions.length > 0 && outcomes.length > 0) return null;
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return outcomes.length > 0
    ? { about: "outcome", formula: { kind, parts: flat(kind, outcomes) } }
    : { about: "condition", formula: { kind, parts: flat(kind, conditions) } };
}

/** `(A or B) or C` is `A or B or C`. */
function flat<Term>(kind: "all" | "any", parts: readonly Formula<Term>[]): readonly Formula<Term>[] {
  return parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
}

function negated(part: Part): Part {
  return part.about === "outcome"
    ? { about: "outcome", formula: { kind: "not", part: part.formula } }
    : { about: "condition", formula: { kind: "not", part: part.formula } };
}
