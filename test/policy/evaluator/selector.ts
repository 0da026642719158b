import type { Selector } from "@hookwalk/engine/desired";
import type { LabelMap, NamespaceView } from "./party.ts";

/** Calico's documentation, "Selectors": does one select what has these labels? */
export function selectsLabels(selector: Selector, labels: LabelMap): boolean {
  return evaluate(selector, labels, { all: true, global: true });
}

/** In a namespaceSelector `all()` is every namespace, and `global()` what is in none. */
export function selectsNamespace(selector: Selector, namespace: NamespaceView | null): boolean {
  const words = { all: namespace !== null, global: namespace === null };
  return evaluate(selector, namespace?.labels ?? new Map<string, string>(), words);
}

type Words = Readonly<Record<"all" | "global", boolean>>;

function evaluate(selector: Selector, labels: LabelMap, words: Words): boolean {
  switch (selector.kind) {
    case "all":
    case "global":
      return words[selector.kind];
    case "has":
      return labels.has(selector.label);
    case "compare":
      return compare(selector.operator, labels.get(selector.label), selector.value);
    case "member": {
      const value = labels.get(selector.label);
      const isMember = value !== undefined && selector.values.includes(value);
      return selector.operator === "in" ? isMember : !isMember;
    }
    case "not":
      return !evaluate(selector.operand, labels, words);
    case "and":
      return selector.operands.every((operand) => evaluate(operand, labels, words));
    case "or":
      return selector.operands.some((operand) => evaluate(operand, labels, words));
  }
}

type Comparison = Extract<Selector, { kind: "compare" }>["operator"];

function compare(operator: Comparison, value: string | undefined, wanted: string): boolean {
  switch (operator) {
    case "==":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case "contains":
      return value?.includes(wanted) ?? false;
    case "starts with":
      return value?.startsWith(wanted) ?? false;
    case "ends with":
      return value?.endsWith(wanted) ?? false;
  }
}
