/** What was read, and where each entry of a list right beneath the root stands (`items` of a `v1 List`). */
export interface PlainDocument {
  readonly value: unknown;
  readonly items: readonly Piece[];
}

/** From the blanks before its `-` to the end of its last line. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Where in the text the reader is: at a line that says something. */
interface Cursor {
  readonly text: string;
  readonly items: Piece[];
  /** The first character of the line. */
  lineStart: number;
  /** The first one that is no blank (or that stands behind a `- ` that was read), its column, and the line's end. */
  at: number;
  indent: number;
  end: number;
  isDone: boolean;
}

/** Thrown and caught in here alone: something that only the whole of YAML has. */
class NotPlain extends Error {}

const DEEPEST = 64;
const KEY = /([A-Za-z_][A-Za-z0-9_./-]*):(?: +|$)/my;
const DOUBLE_QUOTED = /^"(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/u;
const SINGLE_QUOTED = /^'(?:[^'\n]|'')*'$/;
const INTEGER = /^(?:0|-?[1-9][0-9]{0,14})$/;
/** May be a number, or begins as something that is no plain text. */
const UNSURE =
  /^(?:[-+]?(?:\.?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF|\.nan|\.NaN|\.NAN|0[xo][0-9a-fA-F]+)$|[-?:](?: |$)|[[\]{},&*#|>@`"'%!=<])|: |:$| #|\t/;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...["null", "Null", "NULL", "~"].map((word): [string, null] => [word, null]),
  ...["true", "True", "TRUE"].map((word): [string, true] => [word, true]),
  ...["false", "False", "FALSE"].map((word): [string, false] => [word, false]),
]);

/**
 * A document in the block style that `kubectl get -o yaml` writes, many times as fast as a reader of all of YAML: mappings with
 * plain keys, sequences, scalars on one line, `|` and `|-`, `{}` and `[]`. Null: there is something else in it, which is
 * no fault; ask the other reader. What it reads it reads as that one does.
 */
export function readPlainYaml(text: string): PlainDocument | null {
  if (text.includes("\r") || text.includes("\ufeff")) return null;
  const cursor: Cursor = { text, items: [], lineStart: 0, at: 0, indent: 0, end: -1, isDone: false };
  try {
    advance(cursor);
    if (cursor.indent !== 0) return null;
    const value = readBlock(cursor, 0);
    return cursor.isDone ? { value, items: cursor.items } : null;
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

/** To the next line that is neither empty nor a comment. */
function advance(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    cursor.lineStart = cursor.end + 1;
    if (cursor.lineStart >= text.length) {
      cursor.isDone = true;
      cursor.indent = -1;
      return;
    }
    cursor.end = endOf(text, cursor.lineStart);
    cursor.at = firstOf(text, cursor.lineStart);
    cursor.indent = cursor.at - cursor.lineStart;
    const first = text.charCodeAt(cursor.at);
    if (first === 0x09) throw new NotPlain();
    if (cursor.at < cursor.end && first !== 0x23) return;
  }
}

/** What begins here: a mapping or a sequence whose lines have the indent of this one. */
function readBlock(cursor: Cursor, depth: number): unknown {
  if (depth > DEEPEST) throw new NotPlain();
  return isEntry(cursor) ? readSequence(cursor, depth) : readMapping(cursor, depth);
}

/** `- …`. */
function isEntry({ text, at }: Cursor): boolean {
  return text.charCodeAt(at) === 0x2d && text.charCodeAt(at + 1) === 0x20;
}

function readSequence(cursor: Cursor, depth: number): readonly unknown[] {
  const { indent } = cursor;
  const values: unknown[] = [];
  while (cursor.indent === indent && isEntry(cursor)) {
    const start = cursor.lineStart;
    cursor.at += 2;
    cursor.indent += 2;
    if (cursor.text.charCodeAt(cursor.at) === 0x20 || isEntry(cursor)) throw new NotPlain();
    values.push(startsMapping(cursor) ? readMapping(cursor, depth + 1) : readScalar(cursor, indent));
    if (depth === 1) cursor.items.push({ start, end: cursor.isDone ? cursor.text.length : cursor.lineStart });
  }
  if (cursor.indent > indent) throw new NotPlain();
  return values;
}

function startsMapping({ text, at }: Cursor): boolean {
  KEY.lastIndex = at;
  return KEY.test(text);
}

function readMapping(cursor: Cursor, depth: number): Readonly<Record<string, unknown>> {
  const { text, indent } = cursor;
  const value: Record<string, unknown> = {};
  while (cursor.indent === indent && !isEntry(cursor)) {
    KEY.lastIndex = cursor.at;
    const key = KEY.exec(text)?.[1];
    if (key === undefined || WORDS.has(key) || key in value) throw new NotPlain();
    cursor.at = Math.min(KEY.lastIndex, cursor.end);
    value[key] = cursor.at === cursor.end ? readNested(cursor, indent, depth) : readScalar(cursor, indent);
  }
  if (cursor.indent > indent) throw new NotPlain();
  return value;
}

/** Below a key with nothing behind it: what is further in, or a sequence right below it. */
function readNested(cursor: Cursor, indent: number, depth: number): unknown {
  advance(cursor);
  const isInside = cursor.indent > indent || (cursor.indent === indent && isEntry(cursor));
  return isInside ? readBlock(cursor, depth + 1) : null;
}

/** A value that ends on its line, or a literal block below. Lines that go on further in than `indent` belong to something else. */
function readScalar(cursor: Cursor, indent: number): unknown {
  let { end } = cursor;
  while (cursor.text.charCodeAt(end - 1) === 0x20) end--;
  const word = cursor.text.slice(cursor.at, end);
  if (word === "|" || word === "|-") return readLiteral(cursor, indent, word === "|");
  const value = scalarOf(word);
  advance(cursor);
  if (cursor.indent > indent) throw new NotPlain();
  return value;
}

function scalarOf(word: string): unknown {
  if (word === "{}") return {};
  if (word === "[]") return [];
  if (DOUBLE_QUOTED.test(word)) return JSON.parse(word);
  if (SINGLE_QUOTED.test(word)) return word.slice(1, -1).replaceAll("''", "'");
  if (INTEGER.test(word)) return Number(word);
  if (WORDS.has(word)) return WORDS.get(word);
  if (word === "" || UNSURE.test(word)) throw new NotPlain();
  return word;
}

/** `|`: the lines below, without the indent of the first; with one line end, or `|-` without. */
function readLiteral(cursor: Cursor, indent: number, keepsEnd: boolean): string {
  const { text } = cursor;
  const lines: string[] = [];
  const inner = firstOf(text, cursor.end + 1) - (cursor.end + 1);
  if (inner <= indent) throw new NotPlain();
  for (let at = cursor.end + 1; at < text.length; at = cursor.end + 1) {
    const first = firstOf(text, at);
    const end = endOf(text, at);
    const isEmpty = first === end;
    if (!isEmpty && first - at <= indent) break;
    // Less far in than the first line, or an empty one that is longer: who knows what belongs to it.
    if (isEmpty ? end - at > inner : first - at < inner || text.charCodeAt(first) === 0x09) throw new NotPlain();
    lines.push(isEmpty ? "" : text.slice(at + inner, end));
    cursor.end = end;
  }
  advance(cursor);
  while (lines.at(-1) === "") lines.pop();
  return lines.join("\n") + (keepsEnd ? "\n" : "");
}

/** Where the line that begins at `at` ends. */
function endOf(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline === -1 ? text.length : newline;
}

/** Where its first character that is no blank stands; its end where there is none. */
function firstOf(text: string, at: number): number {
  let first = at;
  while (text.charCodeAt(first) === 0x20) first++;
  return first;
}
