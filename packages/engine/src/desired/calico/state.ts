import type { HostEndpoint, WorkloadEndpoint } from "./endpoint.ts";
import type { ClusterInformation, FelixConfiguration } from "./felix-configuration.ts";
import type { CalicoIpPool, CalicoNetworkSet, CalicoNode } from "./network.ts";
import type { CalicoPolicy, CalicoProfile, CalicoTier } from "./policy.ts";

/** Calico's objects, each kind in the order of the input. */
export interface CalicoState {
  readonly felix: readonly FelixConfiguration[];
  readonly clusters: readonly ClusterInformation[];
  readonly nodes: readonly CalicoNode[];
  readonly pools: readonly CalicoIpPool[];
  readonly tiers: readonly CalicoTier[];
  readonly policies: readonly CalicoPolicy[];
  readonly profiles: readonly CalicoProfile[];
  readonly workloads: readonly WorkloadEndpoint[];
  readonly hosts: readonly HostEndpoint[];
  readonly networkSets: readonly CalicoNetworkSet[];
}

export type CalicoObject =
  | FelixConfiguration
  | ClusterInformation
  | CalicoNode
  | CalicoIpPool
  | CalicoTier
  | CalicoPolicy
  | CalicoProfile
  | WorkloadEndpoint
  | HostEndpoint
  | CalicoNetworkSet;
