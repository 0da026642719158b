import { printAddress } from "@hookwalk/engine";
import { defaultKubeProxyConfiguration, readObjects } from "@hookwalk/engine/desired";
import type { DesiredState } from "@hookwalk/engine/desired";

/** A cluster with so many services of one port, each with so many endpoints; deterministic. */
export interface ClusterShape {
  readonly services: number;
  readonly endpoints: number;
}

type Service = DesiredState["services"][number];
type EndpointSlice = DesiredState["endpointSlices"][number];

const SERVICE_NET = 0x0a60_0000; // 10.96.0.0
const POD_NET = 0x0a80_0000; // 10.128.0.0
const NAMESPACES = 50;

function nameOf(n: number): { readonly name: string; readonly namespace: string } {
  return { name: `service-${String(n)}`, namespace: `namespace-${String(n % NAMESPACES)}` };
}

function metadataOf(n: number, name: string, labels: ReadonlyMap<string, string>): Service["metadata"] {
  const { namespace } = nameOf(n);
  return { name, namespace, labels, annotations: new Map(), created: "", isTerminating: false };
}

function serviceOf(n: number): Service {
  return {
    kind: "Service",
    metadata: metadataOf(n, nameOf(n).name, new Map()),
    type: "ClusterIP",
    clusterIPs: [SERVICE_NET + n],
    ports: [{ name: "http", protocol: "TCP", port: 80, nodePort: null }],
    externalIPs: [],
    ingressIPs: [],
    loadBalancerSourceRanges: [],
    externalTrafficPolicy: "Cluster",
    internalTrafficPolicy: "Cluster",
    healthCheckNodePort: null,
    affinitySeconds: null,
  };
}

/** The slice of service `n`; `moved`: its first endpoint has an address that no other has. */
export function sliceOf(n: number, endpoints: number, moved = 0): EndpointSlice {
  const { name } = nameOf(n);
  return {
    kind: "EndpointSlice",
    metadata: metadataOf(n, `${name}-abcde`, new Map([["kubernetes.io/service-name", name]])),
    addressType: "IPv4",
    ports: [{ name: "http", protocol: "TCP", port: 8080 }],
    endpoints: Array.from({ length: endpoints }, (_, e) => ({
      address: POD_NET + n * endpoints + e + (e === 0 ? moved << 17 : 0),
      ready: true,
      serving: true,
      terminating: false,
      nodeName: `worker-${String(e)}`,
      zones: null,
      nodes: null,
    })),
  };
}

/** As typed objects: what is left of a rendering when nothing has to be read. */
export function clusterState({ services, endpoints }: ClusterShape): DesiredState {
  const { value } = readObjects([{ path: "node.yaml", text: NODE }]);
  const numbers = Array.from({ length: services }, (_, n) => n);
  return {
    ...value,
    services: numbers.map(serviceOf),
    endpointSlices: numbers.map((n) => sliceOf(n, endpoints)),
    faulty: new Set(),
    kubeProxy: { ...defaultKubeProxyConfiguration, clusterCIDRs: [{ address: POD_NET, length: 9 }] },
  };
}

const NODE = `apiVersion: v1
kind: Node
metadata: { name: worker-1 }
status: { addresses: [{ type: InternalIP, address: 192.0.2.11 }] }
`;

/** The same as `kubectl get -o json` prints it, with what it prints beside. */
export function clusterJson({ services, endpoints }: ClusterShape): string {
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clusterCIDR: "10.128.0.0/9",
  };
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "worker-1" },
    status: { addresses: [{ type: "InternalIP", address: "192.0.2.11" }] },
  };
  const numbers = Array.from({ length: services }, (_, n) => n);
  const items = [config, node, ...numbers.flatMap((n) => [serviceJson(n), sliceJson(n, endpoints)])];
  return JSON.stringify({ apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } }, null, 4);
}

const UID = "4d5b7a3e-0000-4000-8000-000000000000";

function serviceJson(n: number): object {
  const { name, namespace } = nameOf(n);
  const address = printAddress(SERVICE_NET + n);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { app: name },
      name,
      namespace,
      resourceVersion: String(1000 + n),
      uid: UID,
    },
    spec: {
      clusterIP: address,
      clusterIPs: [address],
      internalTrafficPolicy: "Cluster",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }],
      selector: { app: name },
      sessionAffinity: "None",
      type: "ClusterIP",
    },
    status: { loadBalancer: {} },
  };
}

function sliceJson(n: number, count: number): object {
  const { name, namespace } = nameOf(n);
  return {
    addressType: "IPv4",
    apiVersion: "discovery.k8s.io/v1",
    endpoints: sliceOf(n, count).endpoints.map(({ address, nodeName }, e) => ({
      addresses: [printAddress(address)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName,
      targetRef: { kind: "Pod", name: `${name}-${String(e)}`, namespace, uid: UID },
    })),
    kind: "EndpointSlice",
    metadata: { labels: { "kubernetes.io/service-name": name }, name: `${name}-abcde`, namespace },
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  };
}
