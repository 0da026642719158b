import type { Address, Family, Prefix } from "../../base/address.ts";
import { familyOf, inNet, netOf } from "../../base/address.ts";
import type { Metadata } from "../../desired/fields.ts";
import type { Service, ServicePort, ServiceProtocol } from "../../desired/service.ts";
import { servicePortName } from "./names.ts";

/** One port of one service, as far as it is of one family: what kube-proxy makes rules for. */
export interface ProxiedPort {
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly protocol: ServiceProtocol;
  /** `namespace/service:port`, as comments and hashes have it. */
  readonly name: string;
  readonly clusterIP: Address;
  readonly port: number;
  readonly nodePort: number | null;
  readonly externalIPs: readonly Address[];
  readonly loadBalancerIPs: readonly Address[];
  readonly sourceRanges: readonly Prefix[];
  readonly healthCheckNodePort: number | null;
  readonly affinitySeconds: number | null;
  /** What the service's annotation says of zone hints; "": nothing. */
  readonly hintsAnnotation: string;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** Reachable by another address than the cluster IP. */
  readonly isExternal: boolean;
}

/** Of two the older one counts: pkg/proxy/serviceport.go. */
const OLD_HINTS = "service.kubernetes.io/topology-aware-hints";
const HINTS = "service.kubernetes.io/topology-mode";

/** What has one of these labels is for somebody else, or of a headless service: cmd/kube-proxy/app Run does not watch it. */
const NOT_WATCHED = ["service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"] as const;

/** Whether kube-proxy gets to see a Service or an EndpointSlice. */
export function isWatched({ labels }: Metadata): boolean {
  return !NOT_WATCHED.some((label) => labels.has(label));
}

/** The services that kube-proxy serves. */
export function proxiedServices(services: readonly Service[]): readonly Service[] {
  return services.filter(({ metadata, type }) => isWatched(metadata) && type !== "ExternalName");
}

/**
 * The service ports of one family, by name: pkg/proxy ServicePortMap. The real one walks a Go map, in an order that
 * changes from run to run; here it is that of the names.
 */
export function proxiedPorts(services: readonly Service[], family: Family): readonly ProxiedPort[] {
  const ports: ProxiedPort[] = [];
  for (const service of proxiedServices(services)) {
    const clusterIP = service.clusterIPs.find((ip) => familyOf(ip) === family);
    if (clusterIP === undefined) continue;
    for (const port of service.ports) ports.push(proxiedPort(service, port, clusterIP, family));
  }
  return ports.sort((a, b) => compare(a.name, b.name) || compare(a.protocol, b.protocol));
}

function proxiedPort(service: Service, port: ServicePort, clusterIP: Address, family: Family): ProxiedPort {
  const { metadata, type } = service;
  const isOfFamily = (ip: Address): boolean => familyOf(ip) === family;
  const externalIPs = service.externalIPs.filter(isOfFamily);
  const loadBalancerIPs = service.ingressIPs.filter(isOfFamily);
  const namespace = metadata.namespace === "" ? "default" : metadata.namespace;
  const isExternalType = type !== "ClusterIP" || service.externalIPs.length > 0;
  const externalLocal = isExternalType && service.externalTrafficPolicy === "Local";
  return {
    namespace,
    service: metadata.name,
    portName: port.name,
    protocol: port.protocol,
    name: servicePortName(namespace, metadata.name, port.name),
    clusterIP,
    port: port.port,
    nodePort: port.nodePort,
    externalIPs,
    loadBalancerIPs,
    sourceRanges: service.loadBalancerSourceRanges.filter(({ address }) => isOfFamily(address)),
    healthCheckNodePort: type === "LoadBalancer" && externalLocal ? service.healthCheckNodePort : null,
    affinitySeconds: service.affinitySeconds,
    hintsAnnotation: metadata.annotations.get(OLD_HINTS) ?? metadata.annotations.get(HINTS) ?? "",
    internalLocal: service.internalTrafficPolicy === "Local",
    externalLocal,
    isExternal: port.nodePort !== null || externalIPs.length > 0 || loadBalancerIPs.length > 0,
  };
}

/**
 * Whether a load balancer's source ranges let the node itself in. Its own packets to such an address have that very address
 * as their source, where something has bound it to the node.
 */
export function letsNodeIn({ sourceRanges }: ProxiedPort, nodeIP: Address | null): boolean {
  return nodeIP !== null && sourceRanges.some((range) => inNet(nodeIP, netOf(range)));
}

/** As Go compares strings that hold ASCII. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
