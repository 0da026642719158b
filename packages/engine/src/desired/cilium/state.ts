import type { CiliumConfig } from "./config.ts";
import type { CiliumEndpoint } from "./endpoint.ts";
import type { CiliumEnvoyConfig } from "./envoy-config.ts";
import type { CiliumNetworkPolicy } from "./network-policy.ts";
import type { CiliumNode } from "./node.ts";

/** Cilium's objects, each kind in the order of the input. */
export interface CiliumState {
  /** Of ConfigMap `cilium-config`; null: none was given. */
  readonly config: CiliumConfig | null;
  readonly nodes: readonly CiliumNode[];
  readonly endpoints: readonly CiliumEndpoint[];
  readonly envoyConfigs: readonly CiliumEnvoyConfig[];
  readonly policies: readonly CiliumNetworkPolicy[];
}

export type CiliumObject = CiliumNode | CiliumEndpoint | CiliumEnvoyConfig | CiliumNetworkPolicy;
