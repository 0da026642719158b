import type { HostEndpoint, WorkloadEndpoint } from "../../../desired/calico/endpoint.ts";
import type { CalicoState } from "../../../desired/calico/state.ts";
import type { NodeFacts } from "../../../desired/node-facts.ts";
import { compareTexts } from "../order.ts";
import { deviceOf } from "./inputs.ts";

type Endpoint = WorkloadEndpoint | HostEndpoint;

/** An endpoint of this node whose device another one has, which stays. */
export interface Shadowed {
  readonly endpoint: Endpoint;
  readonly device: string;
  readonly first: Endpoint;
}

/** Of several workloads on one device, or several host endpoints, the first by name has its chains: felix/dataplane/linux/endpoint_mgr.go. */
export function shadowedEndpoints(
  { workloads, hosts }: CalicoState,
  node: string,
  facts: NodeFacts | null,
): readonly Shadowed[] {
  const isLocal = (endpoint: Endpoint): boolean => endpoint.node === node;
  return [
    ...behindOthers(workloads.filter(isLocal), ({ interfaceName }) => interfaceName),
    ...behindOthers(hosts.filter(isLocal), (endpoint) => deviceOf(endpoint, facts)),
  ];
}

function behindOthers<E extends Endpoint>(endpoints: readonly E[], on: (endpoint: E) => string | null): Shadowed[] {
  const first = new Map<string, E>();
  const byName = [...endpoints].sort((a, b) => compareTexts(endpointName(a), endpointName(b)));
  return byName.flatMap((endpoint) => {
    const device = on(endpoint);
    const known = device === null ? undefined : first.get(device);
    if (device === null) return [];
    if (known !== undefined) return [{ endpoint, device, first: known }];
    first.set(device, endpoint);
    return [];
  });
}

/** `NAMESPACE/NAME`, where it has a namespace. */
export function endpointName({ metadata: { namespace, name } }: Endpoint): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

export function withoutEndpoints(calico: CalicoState, gone: readonly Shadowed[]): CalicoState {
  if (gone.length === 0) return calico;
  const left = new Set<Endpoint>(gone.map(({ endpoint }) => endpoint));
  const stays = (endpoint: Endpoint): boolean => !left.has(endpoint);
  return { ...calico, workloads: calico.workloads.filter(stays), hosts: calico.hosts.filter(stays) };
}
