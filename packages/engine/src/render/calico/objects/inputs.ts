import { familyOf } from "../../../base/address.ts";
import type { Family } from "../../../base/address.ts";
import type { HostEndpoint } from "../../../desired/calico/endpoint.ts";
import type { CalicoProfile } from "../../../desired/calico/policy.ts";
import type { CalicoRule } from "../../../desired/calico/rule.ts";
import { ALLOW_EVERYTHING } from "../../../desired/calico/rule.ts";
import type { NodeFacts } from "../../../desired/node-facts.ts";
import type { IpSet } from "../../../model/sets.ts";
import type { FelixInput, HostChains, Policy, Profile, WorkloadChains } from "../input.ts";
import { compareTexts } from "../order.ts";
import { hasFeature } from "../versions.ts";
import { appliedPolicies, endpointTiers } from "./applied.ts";
import type { Applied, LocalWorkload } from "./applied.ts";
import { policyRuleOf } from "./rules.ts";
import { selectablesOf } from "./selectable.ts";
import { SelectorIndex } from "./selector-index.ts";
import { SetRequests } from "./set-requests.ts";
import { computedSet } from "./sets.ts";
import type { SelectedSet } from "./sets.ts";
import { felixSettings } from "./settings.ts";
import type { FelixPlace } from "./settings.ts";
import { staticSets } from "./static-sets.ts";

/** What one family's rules are rendered from, and the sets that they ask. */
export interface FamilyInput {
  readonly input: FelixInput;
  readonly sets: readonly IpSet[];
}

/** From objects to the renderer's values: what both families share is computed once. Linear in the objects, and in what applies to this node. */
export function felixInputs(place: FelixPlace, facts: NodeFacts | null): (family: Family) => FamilyInput {
  const selectables = selectablesOf(place.calico);
  const applied = appliedPolicies(place, selectables);
  const requests = new SetRequests();
  const policies = applied.policies.map((placed): Policy => {
    const { policy, names, tier, selectorText } = placed;
    const rules = (all: readonly CalicoRule[]) =>
      all.map((rule) => policyRuleOf(rule, policy.metadata.namespace, requests));
    const { name, title, groupName, logName } = names;
    const told = { name, title, groupName, logName, tier, selector: selectorText, isUntracked: policy.doNotTrack };
    return { ...told, ingress: rules(policy.ingress), egress: rules(policy.egress) };
  });
  const profiles = localProfiles(place, applied, requests);
  const shared = { ...endpointsOf(place, applied, facts), policies, profiles };
  const index = new SelectorIndex(selectables.all);
  const selected = [...requests.all].map(([id, request]): SelectedSet => {
    return { id, request, members: request.kind === "service" ? [] : index.select(request.selector) };
  });
  return (family) => familyInput(place, facts, family, shared, selected);
}

interface Shared extends Pick<FelixInput, "workloads" | "hosts" | "policies" | "profiles"> {
  readonly floatingIps: FelixInput["floatingIps"];
}

function familyInput(
  place: FelixPlace,
  facts: NodeFacts | null,
  family: Family,
  shared: Shared,
  selected: readonly SelectedSet[],
): FamilyInput {
  const felix = felixSettings(place, family);
  const format = hasFeature(place.version, "netSets") ? "0" : "-";
  const computed = selected.map((set) => computedSet(set, place.state.endpointSlices, family, format));
  const sets = [...staticSets(place, felix, facts, family, format), ...computed];
  const isOfFamily = (prefix: { readonly address: number | bigint }): boolean => familyOf(prefix.address) === family;
  return {
    input: {
      family,
      felix,
      ...shared,
      natOutgoing: place.calico.pools.some(({ natOutgoing, cidr }) => natOutgoing && isOfFamily(cidr)),
      floatingIps: shared.floatingIps.filter(({ internal }) => familyOf(internal) === family),
      blockedCidrs: [],
    },
    sets: sets.sort((a, b) => compareTexts(a.name, b.name)),
  };
}

/** There without anybody having made it: libcalico-go/lib/resources/defaultallow_profile.go. */
const DEFAULT_ALLOW = "projectcalico-default-allow";

/** The profiles of this node's endpoints. One that nobody made denies: felix/calc/active_rules_calculator.go DummyDropRules. */
function localProfiles({ calico }: FelixPlace, applied: Applied, requests: SetRequests): readonly Profile[] {
  const known = new Map(calico.profiles.map((profile) => [profile.metadata.name, profile]));
  const names = [...applied.workloads, ...applied.hosts].flatMap(({ endpoint }) => endpoint.profiles);
  return [...new Set(names)].map((name) => {
    const { ingress, egress } = known.get(name) ?? missing(name);
    const rules = (all: readonly CalicoRule[]) => all.map((rule) => policyRuleOf(rule, "", requests));
    return { name, ingress: rules(ingress), egress: rules(egress) };
  });
}

function missing(name: string): Pick<CalicoProfile, "ingress" | "egress"> {
  const rules = [name === DEFAULT_ALLOW ? ALLOW_EVERYTHING : { ...ALLOW_EVERYTHING, action: "Deny" as const }];
  return { ingress: rules, egress: rules };
}

function endpointsOf(place: FelixPlace, applied: Applied, facts: NodeFacts | null) {
  const { workloads } = applied;
  return {
    workloads: workloads.map((local) => workloadChainsOf(place, applied, local)),
    hosts: hostChainsOf(place, applied, facts),
    floatingIps: workloads.flatMap(({ endpoint }) => endpoint.ipNATs),
  };
}

function workloadChainsOf(
  { version, spec }: FelixPlace,
  { tiers }: Applied,
  { endpoint, policies }: LocalWorkload,
): WorkloadChains {
  const { qos } = endpoint;
  const hasLimits = hasFeature(version, "packetLimits");
  const limits = (of: "ingress" | "egress") => ({
    packetRate: hasLimits ? qos[`${of}PacketRate`] : null,
    packetBurst: qos[`${of}PacketBurst`],
    connections: hasLimits ? qos[`${of}MaxConnections`] : null,
  });
  return {
    interface: endpoint.interfaceName,
    tiers: endpointTiers(tiers, policies, "normal", version),
    profiles: endpoint.profiles,
    spoofable: spec?.workloadSourceSpoofing === "Any" ? endpoint.allowSpoofedSourcePrefixes : [],
    limits: { ingress: limits("ingress"), egress: limits("egress") },
  };
}

/** By name; what has no device has no chains. */
function hostChainsOf(place: FelixPlace, { hosts, tiers }: Applied, facts: NodeFacts | null): readonly HostChains[] {
  const byName = [...hosts].sort((a, b) => compareTexts(a.endpoint.metadata.name, b.endpoint.metadata.name));
  return byName.flatMap(({ endpoint, policies }): readonly HostChains[] => {
    const name = deviceOf(endpoint, facts);
    if (name === null) return [];
    const of = (purpose: Parameters<typeof endpointTiers>[2]) => endpointTiers(tiers, policies, purpose, place.version);
    const own = { tiers: of("normal"), forward: of("forward"), untracked: of("untracked"), preDnat: of("preDnat") };
    return [{ interface: name === ALL_DEVICES ? null : name, profiles: endpoint.profiles, ...own }];
  });
}

/** A host endpoint of all interfaces that have none of their own. */
export const ALL_DEVICES = "*";

/** By its name, else the one that has an expected address; null: no such device is known. */
export function deviceOf({ interfaceName, expectedIPs }: HostEndpoint, facts: NodeFacts | null): string | null {
  if (interfaceName !== "") return interfaceName;
  const found = facts?.interfaces.find(({ addresses }) =>
    addresses.some(({ address }) => expectedIPs.includes(address)),
  );
  return found?.name ?? null;
}

/** Host endpoints that are for a device which nobody told of. */
export function endpointsWithoutDevice({ calico, node }: FelixPlace, facts: NodeFacts | null): readonly HostEndpoint[] {
  return calico.hosts.filter((endpoint) => endpoint.node === node && deviceOf(endpoint, facts) === null);
}
