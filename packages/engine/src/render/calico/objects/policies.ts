import type { CalicoPolicy, CalicoTier } from "../../../desired/calico/policy.ts";
import { DEFAULT_TIER } from "../../../desired/calico/policy.ts";
import type { WrittenSelector } from "../../../desired/calico/fields.ts";
import {
  NAMESPACE_LABEL,
  NAMESPACE_PREFIX,
  SERVICE_ACCOUNT_PREFIX,
  prefixLabels,
} from "../../../owners/calico/rule-selector.ts";
import { printSelector } from "../../../selector/print-selector.ts";
import type { Selector } from "../../../selector/selector.ts";
import { compareTexts } from "../order.ts";
import { hasFeature } from "../versions.ts";
import { policyNaming } from "./names.ts";
import type { PolicyNames } from "./names.ts";

/** A policy with what it is called, whom it selects, and where it stands among all. */
export interface PlacedPolicy {
  readonly policy: CalicoPolicy;
  readonly names: PolicyNames;
  readonly tier: string;
  readonly selector: Selector;
  /** Its selector as Felix is told it. */
  readonly selectorText: string;
  /** Before that of every policy behind it. */
  readonly rank: number;
}

/** A tier, wherever it comes from. */
export interface PlacedTier {
  readonly name: string;
  readonly defaultAction: "Deny" | "Pass";
}

/** What exists without anybody having made it. */
const BUILT_IN: readonly (readonly [name: string, order: number, defaultAction: "Deny" | "Pass"])[] = [
  [DEFAULT_TIER, 1_000_000, "Deny"],
  ["adminnetworkpolicy", 1_000, "Pass"],
  ["kube-admin", 1_000, "Pass"],
  ["kube-baseline", 10_000_000, "Pass"],
];

/** Tiers by their order, then by name; one that only a policy speaks of comes behind all others. felix/calc/policy_sorter.go. */
export function sortedTiers(
  tiers: readonly CalicoTier[],
  policies: readonly CalicoPolicy[],
  version: string,
): readonly PlacedTier[] {
  if (!hasFeature(version, "tiers")) return [{ name: DEFAULT_TIER, defaultAction: "Deny" }];
  const known = new Map<string, PlacedTier & { readonly order: number }>();
  const add = (name: string, order: number | null, defaultAction: "Deny" | "Pass", isValid: number): void => {
    known.set(name, { name, order: order ?? isValid, defaultAction });
  };
  for (const { tier } of policies) add(tier, null, "Deny", UNKNOWN);
  for (const [name, order, defaultAction] of BUILT_IN) add(name, order, defaultAction, LAST);
  for (const { metadata, order, defaultAction } of tiers) {
    const [, own = null] = BUILT_IN.find(([name]) => name === metadata.name) ?? [];
    add(metadata.name, order ?? own, defaultAction, LAST);
  }
  return [...known.values()].sort((a, b) => compareOrders(a.order, b.order) || compareTexts(a.name, b.name));
}

/** Behind all orders that somebody can write, and behind that. */
const LAST = Number.MAX_VALUE;
const UNKNOWN = Infinity;

function compareOrders(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** All policies in the order in which they hold. Before there were tiers, all are in one. */
export function sortedPolicies(
  policies: readonly CalicoPolicy[],
  tiers: readonly PlacedTier[],
  version: string,
): readonly PlacedPolicy[] {
  const hasTiers = hasFeature(version, "tiers");
  const namesOf = policyNaming(version);
  const tierRanks = new Map(tiers.map(({ name }, at) => [name, at]));
  const named = policies.map((policy) => {
    const tier = hasTiers ? policy.tier : DEFAULT_TIER;
    const names = namesOf(policy);
    return { policy, tier, names, tierRank: tierRanks.get(tier) ?? 0, order: policy.order ?? Infinity };
  });
  named.sort(
    (a, b) =>
      a.tierRank - b.tierRank || compareOrders(a.order, b.order) || compareTexts(a.names.sortKey, b.names.sortKey),
  );
  return named.map(({ policy, tier, names }, rank) => ({ policy, tier, names, rank, ...selectorOf(policy) }));
}

/**
 * Whom a policy applies to: updateprocessors/networkpolicyprocessor.go and globalnetworkpolicyprocessor.go put it together as text, which is what makes
 * policies a group.
 */
function selectorOf(policy: CalicoPolicy): { readonly selector: Selector; readonly selectorText: string } {
  const { namespace } = policy.metadata;
  const parts: Part[] = [];
  if (policy.selector !== null) parts.push(policy.selector);
  if (namespace !== "")
    parts.push({
      text: `${NAMESPACE_LABEL} == '${namespace}'`,
      selector: { kind: "compare", label: NAMESPACE_LABEL, operator: "==", value: namespace },
    });
  for (const [written, prefix] of [
    [policy.namespaceSelector, NAMESPACE_PREFIX],
    [policy.serviceAccountSelector, SERVICE_ACCOUNT_PREFIX],
  ] as const) {
    if (written === null) continue;
    const selector = prefixLabels(written.selector, prefix);
    parts.push({ text: printSelector(selector), selector });
  }
  const [first, ...others] = parts;
  if (first === undefined) return { selector: { kind: "all" }, selectorText: "" };
  const { text, selector } = others.reduce(both, first);
  return { selector, selectorText: text };
}

type Part = WrittenSelector;

function both(a: Part, b: Part): Part {
  return { text: `(${a.text}) && ${b.text}`, selector: { kind: "and", operands: [a.selector, b.selector] } };
}
