/** Two lists that show the same things in the same order, each with gaps: what stands where. */
export interface Aligned {
  /** Place in the first list; null: only the second has it. */
  readonly a: number | null;
  /** Place in the second list; null: only the first has it. */
  readonly b: number | null;
}

export interface AlignOptions {
  /** How surely these two are one; null or less than 0: they are not. */
  readonly score: (a: number, b: number) => number | null;
  /** A text that hardly any two different things share, of either list. */
  readonly keyOf: (list: "a" | "b", index: number) => string;
  /** Whether nothing tells these two apart: no other could be either of them more surely. Absent: nobody knows. */
  readonly isSame?: (a: number, b: number) => boolean;
}

/** More pairs than this between two anchors are not tried: then both sides stand alone there. */
const MOST_CELLS = 250_000;

/**
 * Aligns two lists in their order so that the sum of scores is highest. What both begin and end with alike is taken away, and
 * what only one of the two has once, under one key, splits the rest (as in a patience diff), so that long lists that differ
 * little cost little.
 */
export function align(countA: number, countB: number, options: AlignOptions): readonly Aligned[] {
  const out: Aligned[] = [];
  const { head, tail } = alikeEnds(countA, countB, options);
  for (let at = 0; at < head; at++) out.push({ a: at, b: at });
  const middle: Gap = { fromA: head, toA: countA - tail, fromB: head, toB: countB - tail };
  let { fromA, fromB } = middle;
  for (const [a, b] of [...anchors(middle, options), [middle.toA, middle.toB] as const]) {
    alignGap({ fromA, toA: a, fromB, toB: b }, options, out);
    if (a < middle.toA) out.push({ a, b });
    [fromA, fromB] = [a + 1, b + 1];
  }
  for (let at = tail; at > 0; at--) out.push({ a: countA - at, b: countB - at });
  return out;
}

/** How many at the beginning, and how many at the end, are the same in both. */
function alikeEnds(
  countA: number,
  countB: number,
  { isSame = () => false }: AlignOptions,
): { readonly head: number; readonly tail: number } {
  const most = Math.min(countA, countB);
  let head = 0;
  while (head < most && isSame(head, head)) head++;
  let tail = 0;
  while (tail < most - head && isSame(countA - 1 - tail, countB - 1 - tail)) tail++;
  return { head, tail };
}

/** Pairs whose key is unique in both stretches, as many of them as keep the order of both. */
function anchors(
  { fromA, toA, fromB, toB }: Gap,
  { keyOf, score }: AlignOptions,
): readonly (readonly [number, number])[] {
  if (fromA === toA || fromB === toB) return [];
  const inA = uniquePlaces(fromA, toA, (index) => keyOf("a", index));
  const inB = uniquePlaces(fromB, toB, (index) => keyOf("b", index));
  const common: (readonly [number, number])[] = [];
  for (const [key, a] of inA) {
    const b = inB.get(key);
    if (a !== null && b !== undefined && b !== null && (score(a, b) ?? 0) > 0) common.push([a, b]);
  }
  return longestRise(common);
}

/** Null: the key comes more than once. */
function uniquePlaces(from: number, to: number, keyOf: (index: number) => string): ReadonlyMap<string, number | null> {
  const places = new Map<string, number | null>();
  for (let index = from; index < to; index++) {
    const key = keyOf(index);
    places.set(key, places.has(key) ? null : index);
  }
  return places;
}

/** The longest part of the pairs (sorted by their first number) whose second numbers rise. */
function longestRise(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, [, value]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[index] = ends[low - 1];
    ends[low] = index;
  }
  const out: (readonly [number, number])[] = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) {
    const pair = pairs[at];
    if (pair !== undefined) out.push(pair);
  }
  return out.reverse();
}

interface Gap {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** Sums of scores from each place of a stretch to its end. */
interface Sums {
  readonly width: number;
  /** Of the best alignment. */
  readonly best: Float64Array;
  /** Of the best one that pairs these two; less than 0: they are not one. */
  readonly paired: Float64Array;
}

/** The best alignment of a stretch of both lists (Needleman and Wunsch). */
function alignGap(gap: Gap, { score }: AlignOptions, out: Aligned[]): void {
  const { fromA, toA, fromB, toB } = gap;
  const sums = (toA - fromA) * (toB - fromB) <= MOST_CELLS ? sumsOf(gap, score) : null;
  let [a, b] = [fromA, fromB];
  while (a < toA && b < toB) {
    const at = sums === null ? 0 : (a - fromA) * sums.width + b - fromB;
    const best = sums?.best[at] ?? 0;
    if (sums !== null && sums.paired[at] === best) out.push({ a: a++, b: b++ });
    else if (sums === null || sums.best[at + sums.width] === best) out.push({ a: a++, b: null });
    else out.push({ a: null, b: b++ });
  }
  while (a < toA) out.push({ a: a++, b: null });
  while (b < toB) out.push({ a: null, b: b++ });
}

function sumsOf({ fromA, toA, fromB, toB }: Gap, score: AlignOptions["score"]): Sums {
  const [rows, columns] = [toA - fromA, toB - fromB];
  const width = columns + 1;
  const best = new Float64Array((rows + 1) * width);
  const paired = new Float64Array(best.length);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const at = i * width + j;
      const own = score(fromA + i, fromB + j) ?? 0;
      const pair = own > 0 ? own + (best[at + width + 1] ?? 0) : -1;
      paired[at] = pair;
      best[at] = Math.max(pair, best[at + width] ?? 0, best[at + 1] ?? 0);
    }
  }
  return { width, best, paired };
}
