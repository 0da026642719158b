import type { Event } from "js-yaml";
import { constructFromEvents, CORE_SCHEMA, mapTag, parseEvents, seqTag, strTag, YAMLException } from "js-yaml";
import type { Span } from "../base/span.ts";
import { overgrownAlias } from "./aliases.ts";
import { cutKubectlList } from "./kubectl-list.ts";
import type { KubectlList } from "./kubectl-list.ts";
import { lineFinder } from "./line-finder.ts";
import type { SpanAt } from "./line-finder.ts";
import { nodesOf, offsetOf } from "./places.ts";
import type { Nodes } from "./places.ts";

/** One document of a file: what it says, or why it cannot be read and where. */
export type ObjectDocument =
  { readonly value: unknown; readonly placeOf: PlaceOf } | { readonly problem: string; readonly span: Span };

/** Where the part of a document at a path stands, or the last one on the way where the path ends in what is not there. */
export type PlaceOf = (path: readonly PropertyKey[]) => Span;

/** Collections in each other; no object of Kubernetes comes near, and the parser's stack bears many times more. */
const DEEPEST = 500;

const PARSED = { maxDepth: DEEPEST };

/** A tag that YAML 1.2 does not have says nothing here: its value is the text, the list or the map that stands there. */
const SCHEMA = CORE_SCHEMA.withTags(
  { ...strTag, tagName: "", matchByTagPrefix: true, implicit: false },
  { ...seqTag, tagName: "", matchByTagPrefix: true },
  { ...mapTag, tagName: "", matchByTagPrefix: true },
);

/**
 * The documents of a file, YAML or JSON, one after the other: what was needed to read one is free when the next is read. JSON.parse
 * reads JSON, many times as fast as the reader of YAML; where its parts stand that one says when somebody asks.
 */
export function* readDocuments(path: string, text: string): Generator<ObjectDocument> {
  const spanAt = lineFinder(path, text);
  const json = readJson(text);
  if (json !== null) {
    yield { value: json.value, placeOf: placesIn({ text, start: 0 }, 0, spanAt) };
    return;
  }
  for (const piece of piecesOf(text)) yield* readPiece(piece, spanAt);
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

/** A part of a file that can be read alone. */
interface Piece {
  readonly text: string;
  /** Where in the file it begins. */
  readonly start: number;
}

/** YAML 1.2, 9.1.2: such a line ends whatever is open, so that a fault before it does not reach beyond. */
const MARKER = /(?<![^\n])(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;

/** Directives stand before the marker of their document, comments may. */
const PREFIX = /^(?:[%#][^\n]*\n|[ \t]*\r?\n)*$/;

/** A file cut at the lines `---` and after the lines `...`. */
function* piecesOf(text: string): Generator<Piece> {
  let start = 0;
  for (const { 0: marker, index } of text.matchAll(MARKER)) {
    const end = marker === "..." ? index + marker.length : index;
    const piece = text.slice(start, end);
    if (PREFIX.test(piece)) continue;
    yield { text: piece, start };
    start = end;
  }
  yield { text: text.slice(start), start };
}

function* readPiece(piece: Piece, spanAt: SpanAt): Generator<ObjectDocument> {
  const list = readKubectlList(piece, spanAt);
  if (list !== null) {
    yield list;
    return;
  }
  let values: readonly unknown[];
  try {
    values = valuesOf(piece.text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    yield { problem: error.reason, span: spanAt(piece.start + (error.mark?.position ?? 0)) };
    return;
  }
  for (const [index, value] of values.entries()) yield { value, placeOf: placesIn(piece, index, spanAt) };
}

/** Part by part, so that what was needed to read one is free when the next is read. Null: it is no such list, or there is a fault in it. */
function readKubectlList({ text, start }: Piece, spanAt: SpanAt): ObjectDocument | null {
  const list = cutKubectlList(text);
  if (list === null) return null;
  const items: unknown[] = [];
  /** Of each item, the text that it stands in. */
  const places: ItemPlace[] = [];
  try {
    const [frame, more] = valuesOf(list.frame);
    if (typeof frame !== "object" || frame === null || more !== undefined) return null;
    let at = start + list.start;
    for (const part of list.parts) {
      const [values] = valuesOf(part);
      if (!Array.isArray(values)) return null;
      const placeOf = placesIn({ text: part, start: at }, 0, spanAt);
      for (const [index, value] of values.entries()) {
        items.push(value);
        places.push({ placeOf, index });
      }
      at += part.length;
    }
    return { value: { ...frame, items }, placeOf: listPlaces(list, start, places, spanAt) };
  } catch (error) {
    if (error instanceof YAMLException) return null;
    throw error;
  }
}

/** Which item of its text an item is. */
interface ItemPlace {
  readonly placeOf: PlaceOf;
  readonly index: number;
}

function listPlaces(list: KubectlList, start: number, items: readonly ItemPlace[], spanAt: SpanAt): PlaceOf {
  const frame = placesIn({ text: list.frame, start: 0 }, 0, (offset) =>
    spanAt(start + (offset < list.start ? offset : offset + list.end - list.start)),
  );
  return (path) => {
    const [field, index, ...rest] = path;
    if (field !== "items") return frame(path);
    const item = items[Number(index)];
    return item === undefined ? spanAt(start + list.start) : item.placeOf([item.index, ...rest]);
  };
}

/** Throws a YAMLException. */
function valuesOf(source: string): readonly unknown[] {
  const events = parseEvents(source, PARSED);
  const alias = overgrownAlias(events, source);
  if (alias !== null) YAMLException.throwAt(source, alias, "aliases stand for too much");
  return constructFromEvents(events, { source, schema: SCHEMA });
}

/** Of the document with that index; parsed again when somebody asks for the first place. */
function placesIn({ text, start }: Piece, index: number, spanAt: SpanAt): PlaceOf {
  let nodes: Nodes | null = null;
  return (path) => {
    nodes ??= nodesOf(parsedOrNone(text), index, text);
    return spanAt(start + offsetOf(nodes, path));
  };
}

/** JSON.parse has read more than YAML takes: raw control characters, depth beyond measure. */
function parsedOrNone(text: string): readonly Event[] {
  try {
    return parseEvents(text, PARSED);
  } catch (error) {
    if (error instanceof YAMLException) return [];
    throw error;
  }
}
