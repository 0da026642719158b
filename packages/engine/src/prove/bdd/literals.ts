import { FALSE, TRUE } from "./bdd.ts";
import type { Bdd, Ref } from "./bdd.ts";

/** The variables that have one value wherever f holds, each with that value, as a conjunction; FALSE: f never holds. */
export function literals(bdd: Bdd, f: Ref): Ref {
  if (isConjunction(bdd, f)) return f;
  const known = new Map<Ref, Ref>();
  const of = (ref: Ref): Ref => {
    if (ref <= FALSE) return ref;
    let result = known.get(ref);
    if (result === undefined) {
      const low = of(bdd.low(ref));
      const high = of(bdd.high(ref));
      const isLiteral = low === FALSE || high === FALSE;
      result = isLiteral ? bdd.node(bdd.level(ref), low, high) : commonLiterals(bdd, low, high);
      known.set(ref, result);
    }
    return result;
  };
  return of(f);
}

function isConjunction(bdd: Bdd, f: Ref): boolean {
  let rest = f;
  while (rest > FALSE && (bdd.low(rest) === FALSE || bdd.high(rest) === FALSE))
    rest = bdd.low(rest) === FALSE ? bdd.high(rest) : bdd.low(rest);
  return rest === TRUE;
}

/** What two conjunctions of such values have in common. */
export function commonLiterals(bdd: Bdd, f: Ref, g: Ref): Ref {
  if (f === g) return f;
  if (f === TRUE || g === TRUE) return TRUE;
  const level = Math.min(bdd.level(f), bdd.level(g));
  const isOfBoth = bdd.level(f) === bdd.level(g);
  const below = commonLiterals(bdd, behind(bdd, f, level), behind(bdd, g, level));
  const isOne = bdd.low(f) === FALSE;
  if (!isOfBoth || isOne !== (bdd.low(g) === FALSE)) return below;
  return isOne ? bdd.node(level, FALSE, below) : bdd.node(level, below, FALSE);
}

/** A conjunction without what it says of the variable of a level. */
function behind(bdd: Bdd, f: Ref, level: number): Ref {
  if (bdd.level(f) !== level) return f;
  return bdd.low(f) === FALSE ? bdd.high(f) : bdd.low(f);
}
