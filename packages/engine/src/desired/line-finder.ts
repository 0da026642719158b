import type { Span } from "../base/span.ts";

/** Where in its file an offset is, in UTF-16 units. */
export type SpanAt = (offset: number) => Span;

/** Counts the lines of a text when somebody asks for the first place in it. */
export function lineFinder(file: string, text: string): SpanAt {
  let starts: readonly number[] | null = null;
  return (offset) => {
    starts ??= lineStarts(text);
    const line = lastUpTo(starts, offset);
    return { file, line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last number that is not above `most`. */
function lastUpTo(sorted: readonly number[], most: number): number {
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= most) low = middle;
    else high = middle;
  }
  return low;
}
