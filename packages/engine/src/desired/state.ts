import type { EndpointSlice } from "./endpoint-slice.ts";
import type { KubeProxyConfiguration } from "./kube-proxy-configuration.ts";
import type { NodeFacts } from "./node-facts.ts";
import type { Node } from "./node.ts";
import type { ServiceCIDR } from "./service-cidr.ts";
import type { Service } from "./service.ts";

/** Everything that was read, each kind in the order of the input. */
export interface DesiredState {
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly serviceCIDRs: readonly ServiceCIDR[];
  readonly nodes: readonly Node[];
  readonly nodeFacts: readonly NodeFacts[];
  /** Null: none was given. */
  readonly kubeProxy: KubeProxyConfiguration | null;
}

export type DesiredObject = Service | EndpointSlice | ServiceCIDR | Node | NodeFacts | KubeProxyConfiguration;
