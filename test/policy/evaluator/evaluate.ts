import type { CalicoTier, DesiredState } from "@hookwalk/engine/desired";
import { calicoPolicy } from "./calico.ts";
import { kubernetesPolicy } from "./kubernetes.ts";
import type { Flow, PodView } from "./party.ts";
import type { Direction, EnforcedPolicy } from "./policy.ts";

/** Allow or deny, from what the objects mean. Knows nothing of rules, chains, marks or sets. */
export interface Evaluator {
  readonly allows: (flow: Flow) => boolean;
}

interface Tier {
  readonly name: string;
  readonly order: number;
  readonly defaultAction: "Deny" | "Pass";
  /** In order. */
  readonly policies: readonly EnforcedPolicy[];
}

/** Tiers that Calico brings along; an object of the name counts instead. */
const OWN_TIERS: readonly Omit<Tier, "policies">[] = [
  { name: "kube-admin", order: 1000, defaultAction: "Pass" },
  { name: "default", order: 1_000_000, defaultAction: "Deny" },
  { name: "kube-baseline", order: 10_000_000, defaultAction: "Pass" },
];

export function evaluatorOf(state: DesiredState): Evaluator {
  const tiers = tiersOf(state);
  const opensNode = endpointToHost(state) !== "DROP";
  return {
    allows: (flow) =>
      // Kubernetes' documentation, "Network Policies": a pod's own node always reaches it.
      flow.source.isNode ||
      (isAllowedBy(tiers, flow, flow.source.pod, "Egress") &&
        (opensNode || !flow.destination.isNode) &&
        isAllowedBy(tiers, flow, flow.destination.pod, "Ingress")),
  };
}

/** FelixConfiguration's reference, defaultEndpointToHostAction: what becomes of packets to the pod's own node that its egress policies allow. */
function endpointToHost({ calico, nodeFacts }: DesiredState): "DROP" | "ACCEPT" | "RETURN" {
  const names = [...nodeFacts.map(({ metadata }) => `node.${metadata.name}`), "default"];
  const said = names.flatMap((name) => calico.felix.filter(({ metadata }) => metadata.name === name));
  return said.map(({ spec }) => spec.defaultEndpointToHostAction).find((action) => action !== null) ?? "DROP";
}

function tiersOf({ calico, networkPolicies }: DesiredState): readonly Tier[] {
  const given = calico.tiers.map(tierOf);
  const names = new Set(given.map(({ name }) => name));
  const policies = [...calico.policies.map(calicoPolicy), ...networkPolicies.map(kubernetesPolicy)];
  return [...given, ...OWN_TIERS.filter(({ name }) => !names.has(name))].toSorted(byOrder).map((tier) => ({
    ...tier,
    policies: policies.filter((policy) => policy.tier === tier.name).toSorted(byOrder),
  }));
}

function tierOf({ metadata, order, defaultAction }: CalicoTier): Omit<Tier, "policies"> {
  return { name: metadata.name, order: order ?? Infinity, defaultAction };
}

interface Ordered {
  readonly order: number;
  readonly name: string;
}

function byOrder(a: Ordered, b: Ordered): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** Tier by tier: the first that decides. Behind them a pod's namespace allows everything. */
function isAllowedBy(tiers: readonly Tier[], flow: Flow, pod: PodView | null, direction: Direction): boolean {
  if (!pod?.isHere) return true;
  for (const { policies, defaultAction } of tiers) {
    const applying = policies.filter((policy) => policy.appliesTo(pod, direction));
    const judgements = applying.map((policy) => policy.judge(flow, direction));
    const decided = judgements.find((judgement) => judgement !== "none") ?? "none";
    if (decided === "allow") return true;
    if (decided === "deny") return false;
    if (decided === "none" && applying.length > 0 && defaultAction === "Deny") return false;
  }
  return true;
}
