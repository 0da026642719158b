import type { DataRange, Datum, SetElement, ValueSet } from "../../program/value-set.ts";
import { inDataRange } from "../../program/value-set.ts";

interface Traits {
  readonly complete: boolean;
  /** How many elements fit. */
  readonly size: number;
}

function keyText(key: readonly Datum[]): string {
  return key.length === 1 ? String(key[0]) : key.join(" ");
}

/** The key where no field is a range. */
function exactKey(key: readonly DataRange[]): string | null {
  return key.every(({ from, to }) => from === to) ? keyText(key.map(({ from }) => from)) : null;
}

/** What does not change: exact keys by their text, single ranges in order, and ranges of concatenations one after the other. */
interface Index {
  readonly exact: ReadonlyMap<string, SetElement>;
  readonly ranges: readonly RangeElement[];
  readonly tuples: readonly RangeElement[];
  readonly rest: SetElement | null;
}

type RangeElement = SetElement & { readonly key: readonly DataRange[] };

function indexOf(elements: readonly SetElement[]): Index {
  const exact = new Map<string, SetElement>();
  const ranges: RangeElement[] = [];
  const tuples: RangeElement[] = [];
  let rest: SetElement | null = null;
  for (const element of elements) {
    const { key } = element;
    const text = key === null ? null : exactKey(key);
    if (key === null) rest = element;
    else if (text !== null) exact.set(text, element);
    else (key.length === 1 ? ranges : tuples).push({ ...element, key });
  }
  ranges.sort((a, b) => compare(a.key[0]?.from, b.key[0]?.from));
  return { exact, ranges, tuples, rest };
}

function compare(a: Datum | undefined, b: Datum | undefined): number {
  return a === undefined || b === undefined || a === b ? 0 : a < b ? -1 : 1;
}

/** The last range that starts at or before the value, if it holds it: ranges of one set do not overlap. */
function inRanges(ranges: readonly RangeElement[], value: Datum): RangeElement | null {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = ranges[middle]?.key[0]?.from;
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  const found = ranges[low - 1];
  const range = found?.key[0];
  return found !== undefined && range !== undefined && inDataRange(value, range) ? found : null;
}

function lookUp({ exact, ranges, tuples }: Index, key: readonly Datum[]): SetElement | null {
  const own = exact.get(keyText(key));
  if (own !== undefined) return own;
  const [first] = key;
  if (key.length === 1 && first !== undefined) return inRanges(ranges, first);
  return tuples.find((element) => holds(element.key, key)) ?? null;
}

function holds(ranges: readonly DataRange[], key: readonly Datum[]): boolean {
  return ranges.length === key.length && ranges.every((range, at) => isIn(key[at], range));
}

function isIn(value: Datum | undefined, range: DataRange): boolean {
  return value !== undefined && typeof value === typeof range.from && inDataRange(value, range);
}

/** A set of nft. What packets add and remove lies over an index that does not change. */
export function valueSet(elements: readonly SetElement[], traits: Traits): ValueSet {
  return overlaid(elements, indexOf(elements), new Map(), traits);
}

type Changes = ReadonlyMap<string, SetElement | null>;

function overlaid(base: readonly SetElement[], index: Index, changes: Changes, traits: Traits): ValueSet {
  const changed = (key: string, element: SetElement | null): ValueSet =>
    overlaid(base, index, new Map(changes).set(key, element), traits);
  const elements = changes.size === 0 ? base : listed(base, changes);
  return {
    elements,
    complete: traits.complete,
    full: elements.length >= traits.size,
    find(key) {
      const change = changes.size === 0 ? undefined : changes.get(keyText(key));
      return (change === undefined ? lookUp(index, key) : change) ?? index.rest;
    },
    with: (element) => changed(exactKey(element.key) ?? "", element),
    without: (key) => changed(keyText(key), null),
  };
}

function listed(base: readonly SetElement[], changes: Changes): readonly SetElement[] {
  const kept = base.filter(({ key }) => {
    const text = key === null ? null : exactKey(key);
    return text === null || !changes.has(text);
  });
  return [...kept, ...[...changes.values()].filter((element) => element !== null)];
}
