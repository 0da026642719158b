import type { Span } from "../../../base/span.ts";
import type { Diagnostic, Parsed } from "../../../model/diagnostic.ts";
import { parseSelector } from "./parse-selector.ts";
import { member } from "./member.ts";
import { printSelector } from "./print-selector.ts";
import type { Selector } from "./selector.ts";

/** How one side of a policy's rule says whom it means; "" where a field is not given. EntityRule of projectcalico/api. */
export interface RuleSide {
  readonly selector: string;
  readonly notSelector: string;
  readonly namespaceSelector: string;
  /** Null: the rule does not speak of service accounts. */
  readonly serviceAccounts: { readonly names: readonly string[]; readonly selector: string } | null;
}

/** The sets that the side's addresses must be in, and not be in; null: no such test. */
export interface SideSelectors {
  readonly within: Selector | null;
  readonly without: Selector | null;
}

const NAMESPACE = "projectcalico.org/namespace";
const SERVICE_ACCOUNT = "projectcalico.org/serviceaccount";
/** Before the keys of a namespace's and a service account's labels, where endpoints inherit them. */
const NAMESPACE_PREFIX = "pcns.";
const SERVICE_ACCOUNT_PREFIX = "pcsa.";

/**
 * What a side of a rule comes to: libcalico-go/lib/backend/syncersv1/updateprocessors/rules_v3.go GetEntityRuleSelector, then
 * felix/calc/rule_scanner.go combineMatchesIfPossible: a set that is asked for takes what is excluded along, so that one lookup answers both.
 *
 * @param namespace of the policy; null: a global one.
 * @returns null with diagnostics where a part of it cannot be read.
 */
export function ruleSelectors(side: RuleSide, namespace: string | null, place: Span): Parsed<SideSelectors | null> {
  const diagnostics: Diagnostic[] = [];
  /** Null: not given, or not readable. */
  const read = (text: string): Selector | null => {
    if (text === "") return null;
    const parsed = parseSelector(text, place);
    for (const diagnostic of parsed.diagnostics) diagnostics.push(diagnostic);
    return parsed.value;
  };

  const own = conjunction([serviceAccounts(side, read(side.serviceAccounts?.selector ?? "")), read(side.selector)]);
  const excluded = read(side.notSelector);
  const selected = read(side.namespaceSelector);
  const namespaces = selected === null ? inNamespace(namespace) : read(namespaceText(selected));
  if (diagnostics.length > 0) return { value: null, diagnostics };

  const isNamespaced = own !== null || excluded !== null || selected !== null;
  const asked = conjunction([isNamespaced ? namespaces : null, own]);
  if (asked === null || excluded === null) return { value: { within: asked, without: excluded }, diagnostics };
  return { value: { within: conjunction([asked, negation(excluded)]), without: null }, diagnostics };
}

function inNamespace(namespace: string | null): Selector | null {
  return namespace === null ? null : { kind: "compare", label: NAMESPACE, operator: "==", value: namespace };
}

/** `all()` means every namespace, which host endpoints have not. Felix replaces the words in the text, wherever they stand. */
function namespaceText(selector: Selector): string {
  return printSelector(prefixLabels(selector, NAMESPACE_PREFIX))
    .replaceAll("all()", `has(${NAMESPACE})`)
    .replaceAll("global()", `!has(${NAMESPACE})`);
}

function serviceAccounts(side: RuleSide, selector: Selector | null): Selector | null {
  const names = side.serviceAccounts?.names ?? [];
  return conjunction([
    selector === null ? null : prefixLabels(selector, SERVICE_ACCOUNT_PREFIX),
    names.length === 0 ? null : member(SERVICE_ACCOUNT, "in", names),
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

function prefixLabels(selector: Selector, prefix: string): Selector {
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
