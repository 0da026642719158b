/** Inclusive ranges of non-negative integers, sorted, disjoint, not adjacent. The empty list matches nothing. */
export type Ranges = readonly Range[];

/** Inclusive on both ends: `{ from: 80, to: 80 }` is one port. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export function single(value: number): Range {
  return { from: value, to: value };
}

/** Sorts and merges overlapping and adjacent ranges; drops those with `from > to`. */
export function normaliseRanges(ranges: readonly Range[]): Ranges {
  const sorted = ranges.filter((r) => r.from <= r.to).sort((a, b) => a.from - b.from);
  const out: Range[] = [];
  for (const range of sorted) {
    const last = out.at(-1);
    if (last !== undefined && range.from <= last.to + 1) {
      out[out.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else out.push(range);
  }
  return out;
}

/** Binary search; linear for the usual one or two ranges. */
export function inRanges(value: number, ranges: Ranges): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (value < range.from) high = middle - 1;
    else if (value > range.to) low = middle + 1;
    else return true;
  }
  return false;
}
