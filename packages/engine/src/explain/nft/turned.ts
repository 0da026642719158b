import type { NftExpression, NftMatch } from "../../model/nft.ts";

/** Does a match hold where its value is another one? */
export function isTurned({ op }: NftMatch): boolean {
  return op === "!=" || op === "!";
}

/** The values of a match, one or several; null where they are not constants that stand for themselves. */
export function valuesOf(right: NftExpression): readonly NftExpression[] | null {
  const all = valueList(right);
  return all.every(({ kind }) => kind === "literal" || kind === "range" || kind === "prefix") ? all : null;
}

function valueList(right: NftExpression): readonly NftExpression[] {
  if (right.kind === "set") return right.elements.map(({ key }) => key);
  return right.kind === "list" ? right.items : [right];
}

/** The answers to whether a thing is there: `exists`, `missing`, 1, 0. */
const ANSWERS: ReadonlyMap<string, boolean> = new Map([
  ["exists", true],
  ["1", true],
  ["missing", false],
  ["0", false],
]);

/** Whether a match holds where the thing is there; null: it does not ask that. */
export function asksFor(match: NftMatch): boolean | null {
  const answer = match.right.kind === "literal" ? ANSWERS.get(match.right.text) : undefined;
  return answer === undefined ? null : answer !== isTurned(match);
}
