import { isField } from "../../ext/nft/field.ts";
import { list, negate, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { NftExpression, NftMatch } from "../../model/nft.ts";
import { bitsTest } from "../bits.ts";
import { clauseOf } from "./clauses.ts";
import { fieldPhrase } from "./fields.ts";
import { lookupNotes } from "./lookups.ts";
import { markTestsOf } from "./mark-arithmetic.ts";
import { nameOfContent } from "./names.ts";
import type { NftScope } from "./scope.ts";
import { valuePart } from "./values.ts";

/** What a match asks of a packet, as clauses that must all hold. */
export function matchPhrases(match: NftMatch, scope: NftScope): readonly Part[] {
  const clauses = markClause(match, scope) ?? clauseOf(match, scope);
  if (clauses !== null) return clauses;
  const { left } = match;
  return [relation(match, scope), ...(left.kind === "fib" ? lookupNotes(left) : [])];
}

/** `meta mark and 0x4000 == 0x4000`: bits, and what they stand for. Several values are a list like any other. */
function markClause(match: NftMatch, scope: NftScope): readonly Part[] | null {
  const tests = match.right.kind === "set" ? null : markTestsOf(match);
  const [test] = tests ?? [];
  if (test === undefined) return null;
  return [bitsTest(phrase(test.what === "mark" ? "the-mark" : "the-ctmark"), test, test.negated, scope)];
}

/** A field and what it is held against. */
function relation({ op, left, right }: NftMatch, scope: NftScope): Phrase {
  const what = fieldPhrase(left, scope);
  const isSeveral = left.kind === "concat";
  switch (op) {
    case "<":
      return phrase("is-below", { what, value: valuePart(right, left, scope) });
    case "<=":
      return phrase("is-at-most", { what, value: valuePart(right, left, scope) });
    case ">":
      return phrase("is-above", { what, value: valuePart(right, left, scope) });
    case ">=":
      return phrase("is-at-least", { what, value: valuePart(right, left, scope) });
    case "!":
      return negate(phrase("has-bits", { what, value: valuePart(right, left, scope) }));
    case "in":
    case "==":
    case "!=":
      return negate(equality(what, isSeveral, left, right, scope), op === "!=");
  }
}

function equality(what: Part, isSeveral: boolean, left: NftExpression, right: NftExpression, scope: NftScope): Phrase {
  const value = (one: NftExpression): Part => valuePart(one, left, scope);
  const plain = (): Phrase => phrase(isSeveral ? "are-in" : "is", { what, value: value(right) });
  if (isField(right)) return plain();
  switch (right.kind) {
    case "set-ref": {
      const set = nameOfContent(right.name, scope);
      return isSeveral ? phrase("set-members", { what, set }) : phrase("set-member", { what, set });
    }
    case "set": {
      const [first, ...others] = right.elements.map(({ key }) => key);
      if (first !== undefined && others.length === 0) return equality(what, isSeveral, left, first, scope);
      const values = list(
        "items",
        right.elements.map(({ key }) => value(key)),
      );
      return isSeveral ? phrase("are-among", { what, values }) : phrase("is-among", { what, values });
    }
    case "prefix":
    case "range":
      return phrase("is-in", { what, value: value(right) });
    case "literal":
    case "list":
    case "concat":
    case "wildcard":
    case "binary":
    case "map":
    case "verbatim":
      return plain();
  }
}
