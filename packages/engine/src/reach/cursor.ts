import type { Token } from "./tokens.ts";
import { tokenize } from "./tokens.ts";
import { FILL, PORT_WORDS } from "./words.ts";

/** Why a text is no question. */
export interface QueryProblem {
  readonly code: "expected" | "mixed" | "too-deep" | "too-long";
  /** Of the word that it is about, from 1; behind the last one where a word is missing. */
  readonly column: number;
  /** The word; "" at the end. */
  readonly found: string;
  /** What could stand there: words of the language, and places for values in capitals (`ADDRESS`). */
  readonly expected: readonly string[];
}

/** A reader's place in the words of a question. What fails says so once, and everybody above gives up. */
export class Cursor {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;
  problem: QueryProblem | null = null;

  constructor(text: string) {
    this.#tokens = tokenize(text);
    this.#end = text.trimEnd().length + 1;
  }

  /** The next word that means something; null at the end. */
  peek(): Token | null {
    while (this.#isFill(this.#at)) this.#at++;
    return this.#tokens[this.#at] ?? null;
  }

  /** Is the text's first word, whether it means something or not, one of these? */
  beginsWith(words: ReadonlySet<string>): boolean {
    return words.has(wordOf(this.#tokens[0] ?? null) ?? "");
  }

  /** Does one of these stand anywhere, whether it means something or not? */
  has(words: ReadonlySet<string>): boolean {
    return this.#tokens.some((token) => words.has(wordOf(token) ?? ""));
  }

  /** The word behind the next one. */
  peekSecond(): Token | null {
    this.peek();
    let at = this.#at + 1;
    while (this.#isFill(at)) at++;
    return this.#tokens[at] ?? null;
  }

  #isFill(at: number): boolean {
    const token = this.#tokens[at];
    if (token?.kind !== "word") return false;
    const word = token.text.toLowerCase();
    return FILL.has(word) || (PORT_WORDS.has(word) && !/^\d/.test(this.#tokens[at + 1]?.text ?? ""));
  }

  /** The next word in small letters; null for a name in quotes, and at the end. Signs are words here. */
  peekWord(): string | null {
    return wordOf(this.peek());
  }

  take(): Token | null {
    const token = this.peek();
    if (token !== null) this.#at++;
    return token;
  }

  /** Takes the next word where it is one of these. */
  takeIf(words: ReadonlySet<string>): boolean {
    const word = this.peekWord();
    const isOne = word !== null && words.has(word);
    if (isOne) this.#at++;
    return isOne;
  }

  /** False, with a problem, where parentheses stand too deep in each other. */
  open(most: number): boolean {
    this.#depth++;
    if (this.#depth <= most) return true;
    this.fail([], "too-deep");
    return false;
  }

  close(): void {
    this.#depth--;
  }

  /** The first thing that is wrong is what is said. At the next word, or at the one given. */
  fail(expected: readonly string[], code: QueryProblem["code"] = "expected", token: Token | null = this.peek()): null {
    this.problem ??= { code, column: token?.column ?? this.#end, found: token?.text ?? "", expected };
    return null;
  }
}

export function wordOf(token: Token | null): string | null {
  return token === null || token.kind === "quoted" ? null : token.text.toLowerCase();
}
