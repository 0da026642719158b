import { isField } from "../../ext/nft/field.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";
import type { NftElement, NftExpression, NftVerdict } from "../../model/nft.ts";
import { isStateful } from "../nft/expression.ts";
import { printField } from "./field.ts";
import { array, isJson, number, object, optional, string } from "./json.ts";
import type { JsonText } from "./json.ts";
import { statefulEntry } from "./stateful.ts";

type Of<Kind extends NftExpression["kind"]> = Extract<NftExpression, { readonly kind: Kind }>;

/** An expression of libnftables-json(5); its constants are spelt as JSON has them. */
export function printExpression(expression: NftExpression): JsonText {
  if (isField(expression)) return printField(expression, printExpression);
  switch (expression.kind) {
    case "literal":
      return printLiteral(expression);
    case "prefix":
      return object([
        "prefix",
        object(["addr", printExpression(expression.address)], ["len", number(expression.length)]),
      ]);
    case "range":
      return object(["range", array([expression.from, expression.to].map(printExpression))]);
    case "list":
      return array(expression.items.map(printExpression));
    case "concat":
      return object(["concat", array(expression.parts.map(printExpression))]);
    case "set":
      return object(["set", array(expression.elements.map(printElement))]);
    case "set-ref":
      return string(`@${expression.name}`);
    case "wildcard":
      return string("*");
    case "binary":
      return object([expression.op, array([expression.left, expression.right].map(printExpression))]);
    case "map":
      return object(["map", printKeyed(expression)]);
    case "verbatim":
      return isJson(expression.text) ? expression.text : string(expression.text);
  }
}

const WORDS: ReadonlyMap<string, JsonText> = new Map([
  ["exists", "true"],
  ["missing", "false"],
]);

function printLiteral({ text, quoted }: Of<"literal">): JsonText {
  if (quoted) return string(text);
  return /^-?(0|[1-9]\d*)$/.test(text) ? number(text) : (WORDS.get(text) ?? string(text));
}

/** `{"key": …, "data": …}` of a map or verdict map. */
export function printKeyed({ key, map }: { readonly key: NftExpression; readonly map: NftExpression }): JsonText {
  return object(["key", printExpression(key)], ["data", printExpression(map)]);
}

/** `KEY`, `{"elem": {"val": KEY, …}}`, and with data `[KEY, DATA]`. */
export function printElement({ key, data, timeout, expires, comment, statements }: NftElement): JsonText {
  const isPlain = timeout === null && expires === null && comment === null && statements.length === 0;
  const wrapped = isPlain
    ? printExpression(key)
    : object([
        "elem",
        object(
          ["val", printExpression(key)],
          ["timeout", optional(timeout, wholeSeconds)],
          ["expires", optional(expires, wholeSeconds)],
          ["comment", optional(comment, string)],
          ...statements.filter(isStateful).map((statement) => statefulEntry(statement, printExpression)),
        ),
      ]);
  if (data === null) return wrapped;
  return array([wrapped, isVerdict(data) ? printVerdict(data) : printExpression(data)]);
}

/** JSON has no parts of a second. */
export function wholeSeconds(seconds: number): JsonText {
  return number(Math.trunc(seconds));
}

export function printVerdict(verdict: NftVerdict): JsonText {
  const inside = "chain" in verdict ? object(["target", string(verdict.chain)]) : "null";
  return object([verdict.kind, inside]);
}
