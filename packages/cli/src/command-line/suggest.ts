/** The known name that the typed one is most like, or null when none is close enough to be meant. */
export function nearest(typed: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(typed, name, bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Shorter than this, a part of a name tells nothing. */
const TELLING = 3;

/** Known names that may have been meant: that most like the typed one, and those that have it, or a word of it, in them. */
export function similar(typed: string, known: readonly string[]): readonly string[] {
  const best = nearest(typed, known);
  if (best !== null) return [best];
  const words = typed
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= TELLING);
  const shared = (name: string): number => words.filter((word) => name.includes(word)).length;
  const most = Math.max(1, ...known.map(shared));
  return known.filter((name) => shared(name) === most);
}

/** Levenshtein distance, or any number not below `limit` where it is not below it. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit;
}
