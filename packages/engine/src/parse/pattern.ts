/**
 * How `iptables -L` words a part of a rule, as a regular expression of whole words, and how iptables-save spells it. `$1` …
 * are the expression's groups.
 */
export type Pattern = readonly [listed: string, saved: Saved];

/** `--mark $1`, or made of the groups; null: the listing does not tell enough, and its words are kept as they stand. */
export type Saved = string | null | ((...groups: readonly string[]) => string | null);

/** One match or target as a listing words it: a head, then any of its parts in any order. */
export interface Listed {
  readonly head: string;
  readonly saved: Saved;
  readonly parts?: readonly Pattern[];
}

interface Compiled {
  readonly expression: RegExp;
  readonly saved: Saved;
  readonly parts: readonly Compiled[];
}

/** A table of patterns made ready: by the first word that each can begin with. */
export type Table = readonly Compiled[];

function compilePattern([listed, saved]: Pattern): Compiled {
  // What only looks ahead takes no words that could end.
  const takesWords = listed !== "" && !listed.startsWith("(?=");
  return { expression: new RegExp(`(?:${listed})${takesWords ? "(?=\\s|$)" : ""}`, "y"), saved, parts: [] };
}

export function compileTable(entries: readonly Listed[]): Table {
  return entries.map(({ head, saved, parts = [] }) => ({
    ...compilePattern([head, saved]),
    parts: parts.map(compilePattern),
  }));
}

/** What stands at a place of the listed words. */
export interface Found {
  /** As iptables-save spells it; null: the listing does not tell. */
  readonly saved: string | null;
  /** Where it ends. */
  readonly end: number;
}

/** Reads what one table knows at `at`, with all its parts; null where it knows nothing there. */
export function findAt(table: Table, text: string, at: number): Found | null {
  for (const entry of table) {
    const head = applyAt(entry, text, at);
    if (head === null) continue;
    let { saved, end } = head;
    for (let part = partAt(entry.parts, text, end); part !== null; part = partAt(entry.parts, text, end)) {
      saved = saved === null || part.saved === null ? null : `${saved} ${part.saved}`;
      end = part.end;
    }
    return { saved, end };
  }
  return null;
}

function partAt(parts: readonly Compiled[], text: string, end: number): Found | null {
  const at = skipBlanks(text, end);
  if (at >= text.length) return null;
  for (const part of parts) {
    const found = applyAt(part, text, at);
    if (found !== null && found.end > at) return found;
  }
  return null;
}

function applyAt({ expression, saved }: Compiled, text: string, at: number): Found | null {
  expression.lastIndex = at;
  const groups = expression.exec(text);
  if (groups === null) return null;
  const values = [...groups].map((group: string | undefined) => group ?? "");
  return { saved: spell(saved, values), end: expression.lastIndex };
}

function spell(saved: Saved, groups: readonly string[]): string | null {
  if (saved === null) return null;
  if (typeof saved === "function") return saved(...groups.slice(1));
  return saved.replaceAll(/\$(\d)/g, (_, digit: string) => groups[Number(digit)] ?? "");
}

export function skipBlanks(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text.charAt(next))) next++;
  return next;
}
