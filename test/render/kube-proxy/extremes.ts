/** A cluster whose services are at the edges of what the API takes: longest names, every protocol, ranges as people write them. */

const LONG = (letter: string): string => letter.repeat(63);
const LONGEST_PORT_NAME = "p".repeat(63);

interface ShapePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly nodePort?: number;
}

interface Shape {
  readonly name: string;
  readonly namespace?: string;
  readonly spec: Readonly<Record<string, unknown>> & { readonly ports: readonly ShapePort[] };
  readonly ingress?: readonly string[];
  /** Address → name of its node. */
  readonly endpoints?: Readonly<Record<string, string>>;
}

const PORTS = [
  { name: LONGEST_PORT_NAME, port: 80, protocol: "TCP", nodePort: 30_000 },
  { name: "udp", port: 65_535, protocol: "UDP", nodePort: 30_000 },
  { name: "sctp", port: 1, protocol: "SCTP", nodePort: 32_767 },
] as const;

const portsFrom = (first: number): readonly ShapePort[] =>
  PORTS.map((port) => ({ ...port, nodePort: first + port.nodePort - 30_000 }));

const RANGES = ["203.0.113.77/24", "203.0.112.0/23", "192.0.2.11/32", "2001:db8::1/32", "fd00::/8"];

const SHAPES: readonly Shape[] = [
  {
    name: LONG("a"),
    namespace: LONG("n"),
    spec: {
      type: "LoadBalancer",
      clusterIPs: ["10.96.0.1", "fd00:96::1"],
      externalIPs: ["198.51.100.1", "2001:db8::1"],
      loadBalancerSourceRanges: RANGES,
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } },
      ports: portsFrom(30_000),
    },
    ingress: ["198.51.100.2", "2001:db8::2"],
    endpoints: { "10.244.1.1": "worker-1", "10.244.2.1": "worker-2", "fd01::1": "worker-1", "fd01::2": "worker-2" },
  },
  {
    name: LONG("b"),
    namespace: LONG("n"),
    spec: {
      type: "LoadBalancer",
      clusterIPs: ["10.96.0.2", "fd00:96::2"],
      externalTrafficPolicy: "Local",
      internalTrafficPolicy: "Local",
      healthCheckNodePort: 32_000,
      externalIPs: ["198.51.100.3", "2001:db8::3"],
      loadBalancerSourceRanges: ["0.0.0.0/0", "::/0"],
      ports: portsFrom(30_001),
    },
    ingress: ["198.51.100.4", "2001:db8::4"],
    endpoints: { "10.244.2.1": "worker-2", "fd01::2": "worker-2" },
  },
  // Nobody serves it.
  {
    name: LONG("c"),
    namespace: LONG("n"),
    spec: {
      type: "LoadBalancer",
      clusterIPs: ["10.96.0.3", "fd00:96::3"],
      externalIPs: ["198.51.100.5", "2001:db8::5"],
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      ports: portsFrom(30_002),
    },
    ingress: ["198.51.100.6", "2001:db8::6"],
  },
  // The same pod as of another service, and of IPv6 alone.
  {
    name: "six",
    spec: { clusterIP: "fd00:96::4", ports: [{ port: 80 }], internalTrafficPolicy: "Local" },
    endpoints: { "fd01::1": "worker-1" },
  },
  // No address of the cluster: none of kube-proxy's.
  { name: "headless", spec: { clusterIP: "None", ports: [{ port: 80 }] }, endpoints: { "10.244.1.1": "worker-1" } },
  { name: "elsewhere", spec: { type: "ExternalName", externalName: "example.com", ports: [{ port: 80 }] } },
];

/** As JSON, which is YAML. */
export function extremes(mode: "iptables" | "ipvs" | "nftables", version: string): string {
  const objects = [
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "worker-1" },
      spec: { podCIDRs: ["10.244.1.0/24", "fd01::/64"] },
      status: {
        addresses: ["192.0.2.11", "2001:db8:1::11"].map((address) => ({ type: "InternalIP", address })),
        nodeInfo: { kubeProxyVersion: version },
      },
    },
    {
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      mode,
      detectLocalMode: "NodeCIDR",
      iptables: { masqueradeBit: 31 },
      nftables: { masqueradeBit: 0 },
    },
    ...SHAPES.flatMap((shape) => [serviceOf(shape), ...slicesOf(shape)]),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
}

function serviceOf({ name, namespace = "default", spec, ingress = [] }: Shape): unknown {
  const status = { loadBalancer: { ingress: ingress.map((ip) => ({ ip, ipMode: "VIP" })) } };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec, status };
}

function slicesOf({ name, namespace = "default", endpoints = {}, spec }: Shape): readonly unknown[] {
  const all = Object.entries(endpoints);
  return (["IPv4", "IPv6"] as const).map((addressType) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-${addressType}`, namespace, labels: { "kubernetes.io/service-name": name } },
    addressType,
    ports: spec.ports.map(({ name: port, protocol }) => ({ name: port, protocol, port: 8080 })),
    endpoints: all
      .filter(([address]) => address.includes(":") === (addressType === "IPv6"))
      .map(([address, nodeName]) => ({ addresses: [address], nodeName })),
  }));
}
