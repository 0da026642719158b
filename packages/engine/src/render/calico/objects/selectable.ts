import type { Prefix } from "../../../base/address.ts";
import { bitsOf } from "../../../base/address.ts";
import type { EndpointPort } from "../../../desired/calico/fields.ts";
import type { CalicoProfile } from "../../../desired/calico/policy.ts";
import type { CalicoState } from "../../../desired/calico/state.ts";
import { NAMESPACE_LABEL, SERVICE_ACCOUNT_LABEL } from "../../../owners/calico/rule-selector.ts";
import type { Labels } from "../../../selector/selector.ts";

/** What a selector can select: an endpoint or a set of networks, with all labels that it has of its own and inherits. */
export interface Selectable {
  readonly labels: Labels;
  readonly nets: readonly Prefix[];
  readonly ports: readonly EndpointPort[];
}

const ORCHESTRATOR_LABEL = "projectcalico.org/orchestrator";

type Workload = CalicoState["workloads"][number];
type Host = CalicoState["hosts"][number];
type NetworkSet = CalicoState["networkSets"][number];

/** Everything of the cluster, whichever node it is on. */
export interface Selectables {
  readonly workloads: readonly (readonly [Workload, Selectable])[];
  readonly hosts: readonly (readonly [Host, Selectable])[];
  readonly all: readonly Selectable[];
}

/** Own labels first, then those of each profile in turn: felix/labelindex/label_inheritance_index.go. */
export function selectablesOf({ workloads, hosts, networkSets, profiles }: CalicoState): Selectables {
  const byName = new Map(profiles.map((profile) => [profile.metadata.name, profile]));
  const ofWorkloads = workloads.map((endpoint) => [endpoint, workloadSelectable(endpoint, byName)] as const);
  const ofHosts = hosts.map((endpoint) => [endpoint, hostSelectable(endpoint, byName)] as const);
  const sets = networkSets.map((set) => setSelectable(set, byName));
  return {
    workloads: ofWorkloads,
    hosts: ofHosts,
    all: [...ofWorkloads.map(([, each]) => each), ...ofHosts.map(([, each]) => each), ...sets],
  };
}

type Profiles = ReadonlyMap<string, CalicoProfile>;

function workloadSelectable(endpoint: Workload, profiles: Profiles): Selectable {
  const { metadata, orchestrator, serviceAccountName } = endpoint;
  // calicoctl prints them with the others; who writes an object by hand may leave them out.
  const implied = [
    [NAMESPACE_LABEL, metadata.namespace],
    ...(orchestrator === "" ? [] : [[ORCHESTRATOR_LABEL, orchestrator] as const]),
    ...(serviceAccountName === "" ? [] : [[SERVICE_ACCOUNT_LABEL, serviceAccountName] as const]),
  ] as const;
  const own = new Map([...implied, ...metadata.labels]);
  return { labels: withInherited(own, endpoint.profiles, profiles), nets: endpoint.ipNetworks, ports: endpoint.ports };
}

function hostSelectable(endpoint: Host, profiles: Profiles): Selectable {
  return {
    labels: withInherited(endpoint.metadata.labels, endpoint.profiles, profiles),
    nets: endpoint.expectedIPs.map((address) => ({ address, length: bitsOf(address) })),
    ports: endpoint.ports,
  };
}

/** One of a namespace inherits what its pods inherit of that. */
function setSelectable({ metadata, nets }: NetworkSet, profiles: Profiles): Selectable {
  const { namespace } = metadata;
  if (namespace === "") return { labels: metadata.labels, nets, ports: [] };
  const own = new Map([[NAMESPACE_LABEL, namespace], ...metadata.labels]);
  return { labels: withInherited(own, [`kns.${namespace}`], profiles), nets, ports: [] };
}

function withInherited(own: Labels, names: readonly string[], profiles: Profiles): Labels {
  const labels = new Map(own);
  for (const name of names) {
    for (const [key, value] of profiles.get(name)?.labelsToApply ?? []) {
      if (!labels.has(key)) labels.set(key, value);
    }
  }
  return labels;
}
