import type { Span } from "../base/span.ts";
import type { CalicoObject, CalicoState } from "./calico/state.ts";
import type { CiliumObject, CiliumState } from "./cilium/state.ts";
import type { ConfigMap } from "./config-map.ts";
import type { DaemonSet } from "./daemon-set.ts";
import type { EndpointSlice } from "./endpoint-slice.ts";
import type { KubeProxyConfiguration } from "./kube-proxy-configuration.ts";
import type { KubeletConfiguration } from "./kubelet-configuration.ts";
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
  /** Null: none was given. */
  readonly kubelet: KubeletConfiguration | null;
  readonly daemonSets: readonly DaemonSet[];
  readonly calico: CalicoState;
  readonly packetTests: readonly PacketTests[];
  readonly cilium: CiliumState;
  /**
   * Objects that were left out for their faults, `KIND` and `KIND NAME`: what such a one says is not what holds where there is none. But
   * a good one of the name counts.
   */
  readonly faulty: ReadonlySet<string>;
  readonly spanOf: SpanOf;
}

/** Where a field of an object that was read stands, or what there is on the way to it; null: it was not read here. */
export type SpanOf = (object: DesiredObject, path: readonly PropertyKey[]) => Span | null;

export type DesiredObject =
  | Service
  | EndpointSlice
  | ServiceCIDR
  | Node
  | Pod
  | Namespace
  | ServiceAccount
  | NetworkPolicy
  | ConfigMap
  | NodeFacts
  | PacketTests
  | KubeProxyConfiguration
  | KubeletConfiguration
  | DaemonSet
  | CalicoObject
  | CiliumObject;
