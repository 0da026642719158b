import type { Address, Family } from "../../base/address.ts";
import { printAddress } from "../../base/address.ts";
import type { EndpointSlice } from "../../desired/endpoint-slice.ts";
import type { ProxiedPort } from "./service-ports.ts";
import { compare, isWatched } from "./service-ports.ts";

/** Something that serves one service port. */
export interface ProxiedEndpoint {
  readonly address: Address;
  readonly port: number;
  /** `10.0.0.1:80`, `[fd00::1]:80`: how endpoints are sorted, hashed and told apart. */
  readonly text: string;
  /** On this node. */
  readonly isLocal: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Whom it is meant for; null: for all. */
  readonly zones: readonly string[] | null;
  readonly nodes: readonly string[] | null;
}

/** Finds the endpoints of a service port, sorted by their text. */
export type EndpointsOf = (
  port: Pick<ProxiedPort, "namespace" | "service" | "portName" | "protocol">,
) => readonly ProxiedEndpoint[];

const SERVICE_LABEL = "kubernetes.io/service-name";
const ADDRESS_TYPES = { ip: "IPv4", ip6: "IPv6" } as const;

/** All endpoints of one family, by service, port name and protocol: pkg/proxy/endpointslicecache.go. */
export function endpointsBy(slices: readonly EndpointSlice[], family: Family, nodeName: string): EndpointsOf {
  const byPort = new Map<string, ProxiedEndpoint[]>();
  for (const slice of slices) {
    const service = serviceOf(slice);
    if (service === null || slice.addressType !== ADDRESS_TYPES[family]) continue;
    for (const { name, protocol, port } of slice.ports) {
      const key = keyOf(service, name, protocol);
      const endpoints = byPort.get(key) ?? [];
      byPort.set(key, endpoints);
      for (const { address, nodeName: on, ready, serving, terminating, zones, nodes } of slice.endpoints) {
        const host = printAddress(address);
        const text = family === "ip" ? `${host}:${String(port)}` : `[${host}]:${String(port)}`;
        endpoints.push({ address, port, text, isLocal: on === nodeName, ready, serving, terminating, zones, nodes });
      }
    }
  }
  const sorted = new Map<string, readonly ProxiedEndpoint[]>();
  for (const [key, endpoints] of byPort) sorted.set(key, eachOnce(endpoints.sort(byText)));
  return ({ namespace, service, portName, protocol }) =>
    sorted.get(keyOf(serviceKey(namespace, service), portName, protocol)) ?? [];
}

/** By which the slices of a service are found: {@link serviceKey}; null: of none that kube-proxy serves. */
export function serviceOf({ metadata }: EndpointSlice): string | null {
  if (!isWatched(metadata)) return null;
  const service = metadata.labels.get(SERVICE_LABEL);
  return service === undefined ? null : serviceKey(metadata.namespace === "" ? "default" : metadata.namespace, service);
}

export function serviceKey(namespace: string, service: string): string {
  return `${namespace} ${service}`;
}

/** None of the parts has a blank in it. */
function keyOf(service: string, portName: string, protocol: string): string {
  return `${service} ${portName} ${protocol}`;
}

/** Of several slices with one endpoint, the last that knows it to be here counts, else the first. */
function eachOnce(sorted: readonly ProxiedEndpoint[]): readonly ProxiedEndpoint[] {
  const isAgain = (at: number): boolean => sorted[at]?.text === sorted[at - 1]?.text;
  if (!sorted.some((_, at) => at > 0 && isAgain(at))) return sorted;
  const byText = new Map<string, ProxiedEndpoint>();
  for (const one of sorted) if (one.isLocal || !byText.has(one.text)) byText.set(one.text, one);
  return [...byText.values()];
}

function byText(a: ProxiedEndpoint, b: ProxiedEndpoint): number {
  return compare(a.text, b.text);
}

/** Which endpoints a port's policies may choose from: pkg/proxy/topology.go CategorizeEndpoints. */
export interface UsableEndpoints {
  /** By policy Cluster; empty where nothing uses that. */
  readonly cluster: readonly ProxiedEndpoint[];
  /** By policy Local; empty where nothing uses that. */
  readonly local: readonly ProxiedEndpoint[];
  /** Those that some packet of this node can get to. */
  readonly reachable: readonly ProxiedEndpoint[];
  /** Whether there is any, be it elsewhere. */
  readonly any: boolean;
  /** Whether traffic to the cluster IP may go to one of them. */
  readonly hasInternal: boolean;
  /** Whether traffic from outside may, which gets here by another address. */
  readonly hasExternal: boolean;
}

/** What decides on one node, beside the port's policies, which endpoints are chosen. */
export interface EndpointChoice {
  /** The node and the zone whose hints count; null: none do. */
  readonly node: string | null;
  readonly zone: string | null;
  /** Where none is ready, those that still serve while they end. */
  readonly usesTerminating: boolean;
}

export function usableEndpoints(
  port: ProxiedPort,
  endpoints: readonly ProxiedEndpoint[],
  choice: EndpointChoice,
): UsableEndpoints {
  // Even with policy Local outside, this node itself gets to all of them.
  const usesCluster = !port.internalLocal || port.isExternal;
  const usesLocal = port.internalLocal || (port.externalLocal && port.isExternal);
  const ends = choice.usesTerminating ? isServingTerminating : (): boolean => false;
  const chosen = (from: readonly ProxiedEndpoint[], isNear: Nearness): readonly ProxiedEndpoint[] => {
    const ready = from.filter((endpoint) => endpoint.ready && isNear(endpoint));
    return ready.length > 0 ? ready : from.filter(ends);
  };
  const cluster = usesCluster ? chosen(endpoints, nearness(endpoints, choice)) : [];
  const local = usesLocal
    ? chosen(
        endpoints.filter(({ isLocal }) => isLocal),
        everywhere,
      )
    : [];
  const any = endpoints.some((endpoint) => endpoint.ready || ends(endpoint));
  const reachable = !usesLocal ? cluster : !usesCluster ? local : [...new Set([...cluster, ...local])].sort(byText);
  const hasLocal = local.length > 0;
  const hasInternal = any && (!port.internalLocal || hasLocal);
  const hasExternal = any && (!port.externalLocal || hasLocal);
  return { cluster, local, reachable, any, hasInternal, hasExternal };
}

function isServingTerminating({ serving, terminating }: ProxiedEndpoint): boolean {
  return serving && terminating;
}

type Nearness = (endpoint: ProxiedEndpoint) => boolean;

const everywhere: Nearness = () => true;

/** Whom hints mean, the closest first: topologyModeFromHints. They count only where every ready endpoint has some, and one means us. */
function nearness(endpoints: readonly ProxiedEndpoint[], { node, zone }: EndpointChoice): Nearness {
  if (node === null && zone === null) return everywhere;
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  for (const [field, ours] of [["nodes", node] as const, ["zones", zone] as const]) {
    if (ours === null || ready.some((endpoint) => endpoint[field] === null)) continue;
    const isNear: Nearness = (endpoint) => endpoint[field]?.includes(ours) === true;
    if (ready.some(isNear)) return isNear;
  }
  return everywhere;
}
