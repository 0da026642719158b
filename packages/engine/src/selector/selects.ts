import type { Comparison, Labels, Selector } from "./selector.ts";

/**
 * Does a selector select what has these labels? Without the label, `!=` and `not in` answer yes and everything else no:
 * libcalico-go/lib/selector/parser/ast.go Evaluate.
 */
export function selects(selector: Selector, labels: Labels): boolean {
  switch (selector.kind) {
    case "all":
    case "global":
      return true;
    case "has":
      return labels.has(selector.label);
    case "compare": {
      const value = labels.get(selector.label);
      return value === undefined ? selector.operator === "!=" : COMPARE[selector.operator](value, selector.value);
    }
    case "member": {
      const value = labels.get(selector.label);
      return (value !== undefined && selector.values.includes(value)) === (selector.operator === "in");
    }
    case "not":
      return !selects(selector.operand, labels);
    case "and":
      return selector.operands.every((operand) => selects(operand, labels));
    case "or":
      return selector.operands.some((operand) => selects(operand, labels));
  }
}

const COMPARE: Readonly<Record<Comparison, (value: string, wanted: string) => boolean>> = {
  "==": (value, wanted) => value === wanted,
  "!=": (value, wanted) => value !== wanted,
  contains: (value, wanted) => value.includes(wanted),
  "starts with": (value, wanted) => value.startsWith(wanted),
  "ends with": (value, wanted) => value.endsWith(wanted),
};
