import type { Selector } from "./selector.ts";

/** The canonical text of a selector, from which the name of its set is made: libcalico-go/lib/selector/parser/ast.go collectFragments. */
export function printSelector(selector: Selector): string {
  switch (selector.kind) {
    case "all":
    case "global":
      return `${selector.kind}()`;
    case "has":
      return `has(${selector.label})`;
    case "compare":
      return `${selector.label} ${selector.operator} ${quoted(selector.value)}`;
    case "member":
      return `${selector.label} ${selector.operator} {${selector.values.map(quoted).join(", ")}}`;
    case "not":
      return `!${printSelector(selector.operand)}`;
    case "and":
      return `(${selector.operands.map(printSelector).join(" && ")})`;
    case "or":
      return `(${selector.operands.map(printSelector).join(" || ")})`;
  }
}

/** No text has both quotes inside: nothing escapes one. */
function quoted(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
