import type { Node as YamlNode } from "yaml";
import { isMap, isNode, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Span } from "../base/span.ts";
import type { Piece } from "./plain-yaml.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** One document of a file: what it says, or why it cannot be read and where. */
export type ObjectDocument =
  { readonly value: unknown; readonly placeOf: PlaceOf } | { readonly problem: string; readonly span: Span };

/** Where the part of a document at a path stands, or the last one on the way where the path ends in what is not there. */
export type PlaceOf = (path: readonly PropertyKey[]) => Span;

/** A file, and where an offset in it is. */
interface File {
  readonly text: string;
  readonly spanAt: (offset: number) => Span;
}

const BETWEEN = /^---[ \t]*(?:\n|$)/gm;
/** What would make of a line between documents something else. */
const UNUSUAL = /^(?:%|\.\.\.|---[ \t]*[^ \t\n])/m;

/**
 * The documents of a file, YAML or JSON. What kubectl writes is read by readers that know no more than that; the one of all of
 * YAML, which takes many times as long, is asked where something else stands, and for the place of a fault.
 */
export function readDocuments(path: string, text: string): readonly ObjectDocument[] {
  const file = { text, spanAt: spansIn(path, text) };
  const whole = { start: 0, end: text.length };
  const json = readJson(text);
  if (json !== null) return [{ value: json.value, placeOf: placesIn(file, whole) }];
  const pieces = UNUSUAL.test(text) ? [whole] : piecesOf(text);
  return pieces.flatMap((piece) => readPlain(file, piece) ?? readAll(file, piece));
}

/** Lines are counted when somebody asks for the first time. */
function spansIn(path: string, text: string): (offset: number) => Span {
  let starts: number[] | null = null;
  return (offset) => {
    starts ??= lineStarts(text);
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { file: path, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function readJson(text: string): { readonly value: unknown } | null {
  if (!/^\s*\{/.test(text)) return null;
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    // Flow style of YAML, or no JSON: the other reader says what is wrong.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const { index, 0: line } of text.matchAll(BETWEEN)) {
    if (index > start) pieces.push({ start, end: index });
    start = index + line.length;
  }
  return [...pieces, { start, end: text.length }];
}

function readPlain(file: File, piece: Piece): ObjectDocument | null {
  const read = readPlainYaml(file.text.slice(piece.start, piece.end));
  if (read === null) return null;
  const { value, items } = read;
  const inDocument = placesIn(file, piece);
  let last: { readonly index: number; readonly placeOf: PlaceOf } | null = null;
  const placeOf: PlaceOf = (wanted) => {
    const [field, index, ...path] = wanted;
    const item = field === "items" && typeof index === "number" && areItems(value, items) ? items[index] : undefined;
    if (item === undefined || typeof index !== "number") return inDocument(wanted);
    // A list of that one entry, with its dash, is a document of its own.
    if (last?.index !== index) {
      const own = { start: piece.start + item.start, end: piece.start + item.end };
      last = { index, placeOf: placesIn(file, own) };
    }
    return last.placeOf([0, ...path]);
  };
  return { value, placeOf };
}

/** The pieces are those of `items`, and of nothing beside it. */
function areItems(value: unknown, pieces: readonly Piece[]): boolean {
  const items: unknown = typeof value === "object" && value !== null && "items" in value ? value.items : null;
  return Array.isArray(items) && items.length === pieces.length;
}

/** Reads a piece again for the places of what stands in it, when somebody asks for the first. */
function placesIn(file: File, piece: Piece): PlaceOf {
  let read: ObjectDocument | undefined;
  return (path) => {
    read ??= readAll(file, piece)[0];
    return read !== undefined && "placeOf" in read ? read.placeOf(path) : file.spanAt(piece.start);
  };
}

/** By the reader of all of YAML. */
function readAll(file: File, { start, end }: Piece): readonly ObjectDocument[] {
  try {
    return parseAllDocuments(file.text.slice(start, end), { prettyErrors: false }).map((document): ObjectDocument => {
      const [error] = document.errors;
      if (error !== undefined) return { problem: error.message, span: file.spanAt(start + error.pos[0]) };
      const placeOf: PlaceOf = (path) => file.spanAt(start + (deepest(document.contents, path)?.range?.[0] ?? 0));
      try {
        return { value: document.toJS(), placeOf };
      } catch (thrown) {
        // Aliases without end (`ReferenceError`), or nesting deeper than the stack.
        if (!(thrown instanceof ReferenceError || thrown instanceof RangeError)) throw thrown;
        return { problem: thrown.message, span: placeOf([]) };
      }
    });
  } catch (error) {
    // The parser recurses into nested collections: only a hostile file is nested deeper than the stack.
    if (!(error instanceof RangeError)) throw error;
    return [{ problem: error.message, span: file.spanAt(start) }];
  }
}

/** The node at a path, or the last one on the way where the path ends in what is not there. */
function deepest(node: YamlNode | null, path: readonly PropertyKey[]): YamlNode | null {
  let found = node;
  for (const key of path) {
    const next = childOf(found, key);
    if (next === null) return found;
    found = next;
  }
  return found;
}

/** Of a map's field, the node of the key: that is the line which people look for. The last step down takes the value. */
function childOf(node: YamlNode | null, key: PropertyKey): YamlNode | null {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? item : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
  if (pair === undefined) return null;
  if (isNode(pair.value)) return pair.value;
  return isNode(pair.key) ? pair.key : null;
}
