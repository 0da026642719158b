import type { Document, Node as YamlNode } from "yaml";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from "yaml";
import type { Span } from "../base/span.ts";

/** One document of a file: what it says, or why it cannot be read and where. */
export type ObjectDocument =
  { readonly value: unknown; readonly placeOf: PlaceOf } | { readonly problem: string; readonly span: Span };

/** Where the part of a document at a path stands, or the last one on the way where the path ends in what is not there. */
export type PlaceOf = (path: readonly PropertyKey[]) => Span;

/**
 * The documents of a file, YAML or JSON. JSON.parse reads JSON, many times as fast as the reader of YAML: that one is then asked
 * only for the place of a fault.
 */
export function readDocuments(path: string, text: string): readonly ObjectDocument[] {
  const json = readJson(text);
  return json === null ? readYaml(path, text) : [{ value: json.value, placeOf: placesIn(path, text) }];
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

/** Reads the file again as YAML, which JSON is, when somebody asks for the first place. */
function placesIn(path: string, text: string): PlaceOf {
  let read: ObjectDocument | undefined;
  return (wanted) => {
    read ??= readYaml(path, text)[0];
    return read !== undefined && "placeOf" in read ? read.placeOf(wanted) : { file: path, line: 1 };
  };
}

function readYaml(path: string, text: string): readonly ObjectDocument[] {
  const lines = new LineCounter();
  const spanAt = (offset: number): Span => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let documents: readonly Document.Parsed[];
  try {
    documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    // The parser recurses into nested collections: only a hostile file is nested deeper than the stack.
    if (!(error instanceof RangeError)) throw error;
    return [{ problem: error.message, span: { file: path, line: 1 } }];
  }
  return documents.map((document): ObjectDocument => {
    const [error] = document.errors;
    if (error !== undefined) return { problem: error.message, span: spanAt(error.pos[0]) };
    const placeOf: PlaceOf = (wanted) => spanAt(deepest(document.contents, wanted)?.range?.[0] ?? 0);
    try {
      return { value: document.toJS(), placeOf };
    } catch (thrown) {
      // Aliases without end (`ReferenceError`), or nesting deeper than the stack.
      if (!(thrown instanceof ReferenceError || thrown instanceof RangeError)) throw thrown;
      return { problem: thrown.message, span: placeOf([]) };
    }
  });
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
