import { invariant } from "../../base/assert.ts";
import { member } from "../../selector/member.ts";
import { parseSelector } from "../../selector/parse-selector.ts";
import { printSelector } from "../../selector/print-selector.ts";
import type { Selector } from "../../selector/selector.ts";

/** How one side of a policy's rule says whom it means; null where a field is not given. EntityRule of projectcalico/api. */
export interface RuleSide {
  readonly selector: Selector | null;
  readonly notSelector: Selector | null;
  readonly namespaceSelector: Selector | null;
  /** Null: the rule does not speak of service accounts. */
  readonly serviceAccounts: ServiceAccounts | null;
}

export interface ServiceAccounts {
  readonly names: readonly string[];
  readonly selector: Selector | null;
}

/** The sets that the side's addresses must be in, and not be in; null: no such test. */
export interface SideSelectors {
  readonly within: Selector | null;
  readonly without: Selector | null;
}

/** Labels that every endpoint of a namespace, or of a service account, has. */
export const NAMESPACE_LABEL = "projectcalico.org/namespace";
export const SERVICE_ACCOUNT_LABEL = "projectcalico.org/serviceaccount";
/** Before the keys of a namespace's and a service account's labels, where endpoints inherit them. */
export const NAMESPACE_PREFIX = "pcns.";
export const SERVICE_ACCOUNT_PREFIX = "pcsa.";

/**
 * What a side of a rule comes to: libcalico-go/lib/backend/syncersv1/updateprocessors/rules_v3.go GetEntityRuleSelector, then
 * felix/calc/rule_scanner.go combineMatchesIfPossible: a set that is asked for takes what is excluded along, so that one lookup answers both.
 *
 * @param namespace of the policy; null: a global one.
 */
export function ruleSelectors(side: RuleSide, namespace: string | null): SideSelectors {
  const { selector, notSelector, namespaceSelector } = side;
  const own = conjunction([serviceAccounts(side), selector]);
  const namespaces = namespaceSelector === null ? inNamespace(namespace) : ofNamespaces(namespaceSelector);
  const isNamespaced = own !== null || notSelector !== null || namespaceSelector !== null;
  const asked = conjunction([isNamespaced ? namespaces : null, own]);
  if (asked === null || notSelector === null) return { within: asked, without: notSelector };
  return { within: conjunction([asked, negation(notSelector)]), without: null };
}

function inNamespace(namespace: string | null): Selector | null {
  return namespace === null ? null : { kind: "compare", label: NAMESPACE_LABEL, operator: "==", value: namespace };
}

/** `all()` means every namespace, which host endpoints have not. Felix replaces the words in the text, wherever they stand. */
function ofNamespaces(selector: Selector): Selector {
  const text = printSelector(prefixLabels(selector, NAMESPACE_PREFIX))
    .replaceAll("all()", `has(${NAMESPACE_LABEL})`)
    .replaceAll("global()", `!has(${NAMESPACE_LABEL})`);
  const { value } = parseSelector(text, { file: "", line: 1 });
  invariant(value !== null, `canonical text can be read: ${text}`);
  return value;
}

function serviceAccounts({ serviceAccounts }: RuleSide): Selector | null {
  if (serviceAccounts === null) return null;
  const { names, selector } = serviceAccounts;
  return conjunction([
    selector === null ? null : prefixLabels(selector, SERVICE_ACCOUNT_PREFIX),
    names.length === 0 ? null : member(SERVICE_ACCOUNT_LABEL, "in", names),
  ]);
}

/** `(a) && (b)`, as the parser reads it. */
function conjunction(parts: readonly (Selector | null)[]): Selector | null {
  const operands = parts.filter((part) => part !== null);
  return operands.length < 2 ? (operands[0] ?? null) : { kind: "and", operands };
}

/** `!(a)`, as the parser reads it: the `!` of an operand in parentheses stays. */
function negation(operand: Selector): Selector {
  return { kind: "not", operand };
}

/** The same selector of labels that are inherited under a prefix. */
export function prefixLabels(selector: Selector, prefix: string): Selector {
  switch (selector.kind) {
    case "all":
    case "global":
      return selector;
    case "has":
    case "compare":
    case "member":
      return { ...selector, label: prefix + selector.label };
    case "not":
      return { ...selector, operand: prefixLabels(selector.operand, prefix) };
    case "and":
    case "or":
      return { ...selector, operands: selector.operands.map((operand) => prefixLabels(operand, prefix)) };
  }
}
