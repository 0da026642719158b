import type { HostEndpoint, WorkloadEndpoint } from "../../../desired/calico/endpoint.ts";
import type { CalicoPolicy, Direction as PolicyType } from "../../../desired/calico/policy.ts";
import type { Labels } from "../../../selector/selector.ts";
import type { EndpointTier } from "../input.ts";
import { hasFeature } from "../versions.ts";
import { sortedPolicies, sortedTiers } from "./policies.ts";
import type { PlacedPolicy, PlacedTier } from "./policies.ts";
import type { Selectable, Selectables } from "./selectable.ts";
import { SelectorIndex } from "./selector-index.ts";
import type { FelixPlace } from "./settings.ts";

/** An endpoint of this node, and the policies that apply to it in the order in which they hold. */
interface Local<E> {
  readonly endpoint: E;
  readonly labels: Labels;
  readonly policies: PlacedPolicy[];
}

export type LocalWorkload = Local<WorkloadEndpoint>;
export type LocalHost = Local<HostEndpoint>;

/** Which policies apply to which endpoints of a node: felix/calc/active_rules_calculator.go, policy_resolver.go. */
export interface Applied {
  readonly workloads: readonly LocalWorkload[];
  readonly hosts: readonly LocalHost[];
  readonly tiers: readonly PlacedTier[];
  /** Those that apply to at least one of them. */
  readonly policies: readonly PlacedPolicy[];
}

export function appliedPolicies(place: FelixPlace, selectables: Selectables): Applied {
  const { calico, node, version } = place;
  const workloads = localsOf(selectables.workloads, node);
  const hosts = localsOf(selectables.hosts, node);
  const index = new SelectorIndex<LocalWorkload | LocalHost>([...workloads, ...hosts]);
  const tiers = sortedTiers(calico.tiers, calico.policies, version);
  const policies = sortedPolicies(calico.policies, tiers, version).filter((placed) => {
    const selected = index.select(placed.selector);
    for (const { policies } of selected) policies.push(placed);
    return selected.length > 0;
  });
  return { workloads, hosts, tiers, policies };
}

function localsOf<E extends { readonly node: string }>(
  all: readonly (readonly [E, Selectable])[],
  node: string,
): readonly Local<E>[] {
  return all
    .filter(([endpoint]) => endpoint.node === node)
    .map(([endpoint, { labels }]) => ({ endpoint, labels, policies: [] }));
}

/** What kind of packets a policy is for; one of a namespace is for forwarded ones, too, which concerns no workload. */
export const PURPOSES = {
  normal: (policy: CalicoPolicy): boolean => !policy.doNotTrack && !policy.preDNAT,
  forward: (policy: CalicoPolicy): boolean =>
    !policy.doNotTrack && !policy.preDNAT && (policy.applyOnForward || policy.metadata.namespace !== ""),
  untracked: (policy: CalicoPolicy): boolean => policy.doNotTrack,
  preDnat: (policy: CalicoPolicy): boolean => policy.preDNAT,
} as const;

/**
 * The tiers of an endpoint, with the policies of one purpose. A tier with none is not there. Up to 2.5 every policy was for both directions.
 * felix/calc/event_sequencer.go tierInfoToProtoTierInfo.
 */
export function endpointTiers(
  tiers: readonly PlacedTier[],
  policies: readonly PlacedPolicy[],
  purpose: keyof typeof PURPOSES,
  version: string,
): readonly EndpointTier[] {
  const hasTypes = hasFeature(version, "policyTypes");
  const wanted = policies.filter(({ policy }) => PURPOSES[purpose](policy));
  return tiers.flatMap(({ name, defaultAction }) => {
    const own = wanted.filter(({ tier }) => tier === name);
    const of = (type: PolicyType): readonly string[] =>
      own.flatMap(({ policy, names }) => (!hasTypes || policy.types.includes(type) ? names.name : []));
    const [ingress, egress] = [of("Ingress"), purpose === "preDnat" ? [] : of("Egress")];
    return ingress.length + egress.length === 0 ? [] : [{ name, defaultAction, ingress, egress }];
  });
}
