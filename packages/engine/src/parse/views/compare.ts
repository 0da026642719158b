import type { Prepared, PreparedMatch, PreparedTarget } from "./prepared.ts";
import { COMMENT } from "./prepared.ts";

/** How two pictures of what may be one rule go together. */
export interface Comparison {
  /** Higher: more surely one rule. */
  readonly score: number;
  /** For each match of the second rule the place of the same one in the first; null: the first does not have it. */
  readonly pairs: readonly (number | null)[];
}

/**
 * Can both be pictures of one rule? Null where they contradict each other. A match that one of them lacks costs little,
 * since tools lose matches; several of one name cost no more than one, since a tool that loses one loses all of them.
 */
export function compareRules(a: Prepared, b: Prepared): Comparison | null {
  const fields = compareFields(a.fields, b.fields);
  const target = compareTargets(a.target, b.target);
  if (fields === null || target === null) return null;
  const pairs = pairMatches(a.matches, b.matches);
  if (pairs === null) return null;
  const paired = new Set(pairs);
  const alone = new Set([
    ...a.matches.filter((_, index) => !paired.has(index)).map(({ name }) => name),
    ...b.matches.filter((_, index) => pairs[index] === null).map(({ name }) => name),
  ]);
  alone.delete(COMMENT);
  const agreed = pairs.filter((at) => at !== null).length;
  const score = SAME_TARGET * target + fields + SAME_MATCH * agreed - alone.size;
  return score > 0 ? { score, pairs } : null;
}

const SAME_TARGET = 2;
const SAME_MATCH = 2;

/** How many fields both have, alike; null where they differ. */
function compareFields(a: readonly (string | null)[], b: readonly (string | null)[]): number | null {
  let agreed = 0;
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? null;
    if (text === null || other === null) continue;
    if (text !== other) return null;
    if (text !== "") agreed++;
  }
  return agreed;
}

function compareTargets(a: PreparedTarget, b: PreparedTarget): number | null {
  if (a.key === b.key) return 1;
  const isTold = a.lost === null && b.lost === null;
  return isTold || !mayBeOne(a, b) ? null : 0.5;
}

/** One of the two is lost: its name, where it has one, must be the other's. */
function mayBeOne(a: { readonly name: string }, b: { readonly name: string }): boolean {
  return a.name === b.name || a.name === "" || b.name === "";
}

/** Different matches that one listing shows as the other: ports of one protocol. */
const RIVALS: ReadonlySet<string> = new Set(["tcp", "udp", "sctp", "dccp", "udplite", "multiport"]);

function pairMatches(a: readonly PreparedMatch[], b: readonly PreparedMatch[]): readonly (number | null)[] | null {
  const free = new Set(a.keys());
  const pairs: (number | null)[] = b.map(() => null);
  const pairUp = (fits: (mine: PreparedMatch, other: PreparedMatch) => boolean): void => {
    for (const [index, other] of b.entries()) {
      if (pairs[index] !== null) continue;
      for (const at of free) {
        const mine = a[at];
        if (mine === undefined || !fits(mine, other)) continue;
        pairs[index] = at;
        free.delete(at);
        break;
      }
    }
  };
  pairUp((mine, other) => mine.key === other.key);
  pairUp((mine, other) => (mine.lost ?? other.lost) !== null && mine.name === other.name);
  pairUp((mine, other) => (mine.lost ?? other.lost) !== null && mayBeOne(mine, other));
  pairUp((mine, other) => RIVALS.has(mine.name) && RIVALS.has(other.name) && mine.name !== other.name);
  const contradicts = b.some(
    (other, index) =>
      pairs[index] === null &&
      other.lost === null &&
      [...free].some((at) => a[at]?.lost === null && a[at].name === other.name),
  );
  return contradicts ? null : pairs;
}
