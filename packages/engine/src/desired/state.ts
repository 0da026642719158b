import type { CalicoObject, CalicoState } from "./calico/state.ts";
import type { EndpointSlice } from "./endpoint-slice.ts";
import type { KubeProxyConfiguration } from "./kube-proxy-configuration.ts";
import type { Namespace } from "./namespace.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import type { NodeFacts } from "./node-facts.ts";
import type { Node } from "./node.ts";
import type { PacketTests } from "./packet-tests.ts";
import type { Pod } from "./pod.ts";
import type { ServiceAccount } from "./service-account.ts";
import type { ServiceCIDR } from "./service-cidr.ts";
import type { Service } from "./service.ts";

/** Everything that was read, each kind in the order of the input. */
export interface DesiredState {
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly serviceCIDRs: readonly ServiceCIDR[];
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
  readonly serviceAccounts: readonly ServiceAccount[];
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly nodeFacts: readonly NodeFacts[];
  /** Null: none was given. */
  readonly kubeProxy: KubeProxyConfiguration | null;
  readonly calico: CalicoState;
  readonly packetTests: readonly PacketTests[];
}

export type DesiredObject =
  | Service
  | EndpointSlice
  | ServiceCIDR
  | Node
  | Pod
  | Namespace
  | ServiceAccount
  | NetworkPolicy
  | NodeFacts
  | PacketTests
  | KubeProxyConfiguration
  | CalicoObject;
