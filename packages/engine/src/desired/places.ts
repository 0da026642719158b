import type { Event, ScalarEvent } from "js-yaml";
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";

/**
 * Where the nodes of a document stand, as few bytes as will do: of a file of 40 MB there are four million. A node's parts follow it,
 * those of a map as key and value in turn.
 */
export interface Nodes {
  /** Of each node, where in the text it begins: its first sign, or where it would stand if it is empty. */
  readonly offsets: readonly number[];
  /** Of each node, the first one that is no part of it. */
  readonly ends: readonly number[];
  /** Of each node that is a key, its text. */
  readonly keys: readonly (string | null)[];
  /** Of those that somebody has asked for: their parts by key or index. */
  readonly parts: Map<number, ReadonlyMap<string, number>>;
  readonly lists: ReadonlySet<number>;
}

interface Mutable {
  readonly offsets: number[];
  readonly ends: number[];
  readonly keys: (string | null)[];
  readonly lists: Set<number>;
}

/** A collection that is being read. */
interface Open {
  readonly node: number;
  readonly isMap: boolean;
  /** Its next part is a key. */
  wantsKey: boolean;
}

/** The nodes of the document with that index; none where there is no such document. */
export function nodesOf(events: readonly Event[], index: number, text: string): Nodes {
  const found: Mutable = { offsets: [], ends: [], keys: [], lists: new Set() };
  const open: Open[] = [];
  const names = new Map<string, string>();
  let document = -1;
  /** The end of what was last read. */
  let at = 0;
  const add = (offset: number, key: string | null): number => {
    const parent = open.at(-1);
    const isKey = parent?.isMap === true && parent.wantsKey;
    if (parent?.isMap === true) parent.wantsKey = !isKey;
    found.keys.push(isKey ? key : null);
    found.ends.push(found.offsets.length + 1);
    return found.offsets.push(offset) - 1;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) document++;
    if (document < index || event.type === EVENT_ID.DOCUMENT) continue;
    if (document > index) break;
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const { offset, end } = scalarAt(event, at, text, open.at(-1), found.offsets.at(-1) ?? at);
        add(offset, keyText(event, text, open.at(-1), names));
        at = end;
        break;
      }
      case EVENT_ID.ALIAS:
        add(event.anchorStart - "*".length, null);
        at = event.anchorEnd;
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const isMap = event.type === EVENT_ID.MAPPING;
        const node = add(event.start, null);
        if (!isMap) found.lists.add(node);
        open.push({ node, isMap, wantsKey: isMap });
        at = event.style === COLLECTION_STYLE.FLOW ? event.start + 1 : event.start;
        break;
      }
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed !== undefined) found.ends[closed.node] = found.offsets.length;
      }
    }
  }
  return { ...found, parts: new Map() };
}

/** The same text for all keys of one name. */
function keyText(
  event: ScalarEvent,
  text: string,
  parent: Open | undefined,
  names: Map<string, string>,
): string | null {
  if (parent?.wantsKey !== true) return null;
  const name = getScalarValue(text, event);
  const known = names.get(name);
  if (known === undefined) names.set(name, name);
  return known ?? name;
}

/** What may stand between two nodes beside the marks that are looked for: what ends the one, blanks, comments. */
const BETWEEN = String.raw`(?:[ \t\r\n"'\]}?]|#[^\n]*)*`;
const AFTER_COLON = new RegExp(String.raw`${BETWEEN}:[ \t]*`, "y");
const AFTER_DASH = new RegExp(String.raw`${BETWEEN}-[ \t]*`, "y");
const BLANKS = /[ \t]*/y;
const BEFORE_BLOCK = /(?:[ \t\r\n"'\]}?:-]|#[^\n]*)*/y;

/** Where a scalar begins, and where the reader then is. */
function scalarAt(
  { valueStart, valueEnd, anchorEnd, tagEnd, style }: ScalarEvent,
  at: number,
  text: string,
  parent: Open | undefined,
  before: number,
): { readonly offset: number; readonly end: number } {
  const from = Math.max(at, anchorEnd, tagEnd);
  switch (style) {
    case SCALAR_STYLE.SINGLE_QUOTED:
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return { offset: valueStart - 1, end: valueEnd + 1 };
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return { offset: skip(BEFORE_BLOCK, from, text) ?? from, end: Math.max(from, valueEnd) };
    case SCALAR_STYLE.PLAIN: {
      if (valueStart !== -1) return { offset: valueStart, end: valueEnd };
      const mark = from > at ? BLANKS : parent?.isMap === true ? AFTER_COLON : AFTER_DASH;
      const offset = skip(mark, from, text) ?? before;
      return { offset, end: Math.max(offset, at) };
    }
  }
}

/** The end of what a pattern finds at a place; null: nothing. */
function skip(pattern: RegExp, from: number, text: string): number | null {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/**
 * Where the part at a path begins, or the last one on the way where the path ends in what is not there: of a map's field the value, and
 * of a document of nothing its begin.
 */
export function offsetOf(nodes: Nodes, path: readonly PropertyKey[]): number {
  let node = 0;
  for (const key of path) {
    const next = partsOf(nodes, node).get(String(key));
    if (next === undefined) break;
    node = next;
  }
  return nodes.offsets[node] ?? 0;
}

function partsOf(nodes: Nodes, node: number): ReadonlyMap<string, number> {
  const known = nodes.parts.get(node);
  if (known !== undefined) return known;
  const parts = new Map(nodes.lists.has(node) ? items(nodes, node) : fields(nodes, node));
  nodes.parts.set(node, parts);
  return parts;
}

function* children({ ends }: Nodes, node: number): Generator<number> {
  const end = ends[node] ?? 0;
  for (let child = node + 1; child < end; child = ends[child] ?? end) yield child;
}

function* items(nodes: Nodes, node: number): Generator<[string, number]> {
  let index = 0;
  for (const child of children(nodes, node)) yield [String(index++), child];
}

function* fields(nodes: Nodes, node: number): Generator<[string, number]> {
  let key: string | null = null;
  let isKey = true;
  for (const child of children(nodes, node)) {
    if (isKey) key = nodes.keys[child] ?? null;
    else if (key !== null) yield [key, child];
    isKey = !isKey;
  }
}
