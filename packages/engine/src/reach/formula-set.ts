import type { Bdd, Ref } from "../prove/bdd/bdd.ts";
import type { Formula } from "./query.ts";

/** The packets for which a formula holds, by those for which its terms do. */
export function formulaSet<Term>(bdd: Bdd, formula: Formula<Term>, termSet: (term: Term) => Ref): Ref {
  switch (formula.kind) {
    case "term":
      return termSet(formula.term);
    case "not":
      return bdd.not(formulaSet(bdd, formula.part, termSet));
    case "all":
      return bdd.intersection(formula.parts.map((part) => formulaSet(bdd, part, termSet)));
    case "any":
      return bdd.union(formula.parts.map((part) => formulaSet(bdd, part, termSet)));
  }
}

/** Every term of some formulas. */
export function* termsOf<Term>(formulas: readonly Formula<Term>[]): Iterable<Term> {
  for (const formula of formulas) {
    if (formula.kind === "term") yield formula.term;
    else yield* termsOf(formula.kind === "not" ? [formula.part] : formula.parts);
  }
}
