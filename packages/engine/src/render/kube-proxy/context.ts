import type { Address, Family, Prefix } from "../../base/address.ts";
import type { KubeProxyConfiguration } from "../../desired/kube-proxy-configuration.ts";
import type { EndpointChoice, EndpointsOf } from "./endpoints.ts";
import type { LocalTraffic } from "./local-traffic.ts";
import type { ProxiedPort } from "./service-ports.ts";
import type { Change } from "./versions.ts";

/** All that the rules of one family are made of. */
export interface ProxyContext {
  readonly family: Family;
  readonly config: KubeProxyConfiguration;
  readonly ports: readonly ProxiedPort[];
  readonly endpointsOf: EndpointsOf;
  readonly local: LocalTraffic | null;
  /** The name of this node, and its zone; null where its Node has no such label. */
  readonly nodeName: string;
  readonly zone: string | null;
  /** The node's primary address; null where no Node tells it. */
  readonly nodeIP: Address | null;
  /** Where node ports are served; null: at every local address. */
  readonly nodePortIPs: readonly Address[] | null;
  /** Node ports answer at 127.0.0.0/8, too. */
  readonly servesLocalhost: boolean;
  /** The ranges that cluster IPs come from, as far as objects tell. */
  readonly serviceCIDRs: readonly Prefix[];
  readonly randomFully: boolean;
  /** `nf_conntrack_tcp_be_liberal`: packets that conntrack calls invalid may pass. */
  readonly tcpBeLiberal: boolean;
  /** Objects of nfacct count packets. */
  readonly counts: boolean;
  readonly has: (change: Change) => boolean;
}

/** What decides here which endpoints of a port are chosen. */
export function choiceFor(context: ProxyContext, port: ProxiedPort): EndpointChoice {
  const { nodeName, has } = context;
  return {
    node: has("nodeHints") ? nodeName : null,
    zone: hintedZone(context, port),
    usesTerminating: has("terminatingEndpoints"),
  };
}

/** The zone whose hints count for a port, if any: pkg/proxy/topology.go canUseTopology. Null: none. */
function hintedZone({ zone, has }: ProxyContext, { hintsAnnotation }: ProxiedPort): string | null {
  if (has("hintsAlone")) return zone;
  const isAuto = /^[Aa]uto$/.test(hintsAnnotation);
  const isOn = isAuto || (has("anyHintsAnnotation") && !/^([Dd]isabled)?$/.test(hintsAnnotation));
  return has("zoneHints") && isOn ? zone : null;
}

/** More endpoints than this, and the rules of endpoints go without comments: pkg/proxy/iptables largeClusterEndpointsThreshold. */
export const LARGE_CLUSTER = 1000;

export function isLargeCluster({ ports, endpointsOf }: ProxyContext): boolean {
  let endpoints = 0;
  for (const port of ports) endpoints += endpointsOf(port).length;
  return endpoints > LARGE_CLUSTER;
}
