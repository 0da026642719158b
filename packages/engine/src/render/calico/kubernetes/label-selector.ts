import { invariant } from "../../../base/assert.ts";
import type { WrittenSelector } from "../../../desired/calico/fields.ts";
import type { LabelRequirement, LabelSelector } from "../../../desired/label-selector.ts";
import { parseSelector } from "../../../selector/parse-selector.ts";

/** Every endpoint that comes from a pod has this label. */
const IS_POD = "projectcalico.org/orchestrator == 'k8s'";

/** The pods that a selector selects, in Calico's language; null selects all. k8sSelectorToCalico. */
export function podSelector(selector: LabelSelector | null): WrittenSelector {
  return written([IS_POD, ...(selector === null ? [] : termsOf(selector))]);
}

/** The namespaces; null, which Calico takes for the policy's own, stays null. */
export function namespaceSelector(selector: LabelSelector | null): WrittenSelector | null {
  if (selector === null) return null;
  const terms = termsOf(selector);
  return written(terms.length === 0 ? ["all()"] : terms);
}

/** What must be equal by the keys' order, then the expressions in their own. */
function termsOf({ matchLabels, matchExpressions }: LabelSelector): readonly string[] {
  const labels = [...matchLabels].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...labels.map(([key, value]) => `${key} == '${value}'`), ...matchExpressions.map(termOf)];
}

function termOf({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "In":
      return `${key} in { '${values.join("', '")}' }`;
    case "NotIn":
      return `${key} not in { '${values.join("', '")}' }`;
    case "Exists":
      return `has(${key})`;
    case "DoesNotExist":
      return `! has(${key})`;
  }
}

/** Keys and values are those that the API server takes: none of them ends a word or a quotation. */
function written(terms: readonly string[]): WrittenSelector {
  const text = terms.join(" && ");
  const { value } = parseSelector(text, { file: "", line: 1 });
  invariant(value !== null, `no selector of Calico's: ${text}`);
  return { text, selector: value };
}
