import type { NftExpression, NftStatement } from "../../model/nft.ts";
import { isField } from "../../ext/nft/field.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";

/** What a statement names: expressions and verdicts of its own, not those inside them. */
export function operandsOf(statement: NftStatement): readonly NftExpression[] {
  switch (statement.kind) {
    case "match":
      return [statement.left, statement.right];
    case "vmap":
      return [statement.key, statement.map];
    case "mangle":
      return [statement.target, statement.value];
    case "counter":
    case "limit":
    case "quota":
    case "ct-object":
      return given(statement.name);
    case "nat":
    case "tproxy":
      return given(statement.address, statement.port);
    case "reject":
      return given(statement.code);
    case "queue":
      return given(statement.queue);
    case "dup":
    case "fwd":
      return given(statement.address, statement.device);
    case "set-update":
      return given(statement.key, statement.data);
    case "meter":
      return [statement.key];
    case "reset":
      return [statement.option];
    case "accept":
    case "drop":
    case "continue":
    case "return":
    case "jump":
    case "goto":
    case "last":
    case "ct-count":
    case "notrack":
    case "log":
    case "synproxy":
    case "flow":
    case "xt":
    case "verbatim":
      return [];
  }
}

function given(...all: readonly (NftExpression | null)[]): readonly NftExpression[] {
  return all.filter((one) => one !== null);
}

/** The expression and every one inside it, outer ones first. */
export function* expressionsIn(expression: NftExpression): Iterable<NftExpression> {
  yield expression;
  for (const inner of partsOf(expression)) yield* expressionsIn(inner);
}

function partsOf(expression: NftExpression): readonly NftExpression[] {
  if (isField(expression)) return expression.kind === "hash" ? given(expression.of) : [];
  switch (expression.kind) {
    case "prefix":
      return [expression.address];
    case "range":
      return [expression.from, expression.to];
    case "list":
      return expression.items;
    case "concat":
      return expression.parts;
    case "set":
      return expression.elements.flatMap(({ key, data }) => (data === null || isVerdict(data) ? [key] : [key, data]));
    case "binary":
      return [expression.left, expression.right];
    case "map":
      return [expression.key, expression.map];
    case "literal":
    case "set-ref":
    case "wildcard":
    case "verbatim":
      return [];
  }
}
