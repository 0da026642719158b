import { printIpRoute, printIpRule, printIptablesSave } from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import type { Rendered } from "@hookwalk/engine/render";

/** A node with Cilium, and another one; what is absent is as an ordinary cluster with IPv4 and IPv6 has it. */
export interface Cluster {
  readonly version: string;
  /** Options of cilium-config. */
  readonly data?: Readonly<Record<string, string>>;
  /** More of `spec.cilium` of the hookwalk.dev/v1 Node. */
  readonly agent?: Readonly<Record<string, unknown>>;
  /** Further objects. */
  readonly more?: readonly unknown[];
  /** In place of the interfaces' status on AWS. */
  readonly status?: unknown;
}

const ENIS = {
  eni: {
    enis: {
      "eni-1": {
        mac: "02:00:00:00:00:12",
        number: 1,
        subnet: { id: "subnet-1", cidr: "10.0.1.0/24" },
        vpc: { id: "vpc-1", "primary-cidr": "10.0.0.0/16", cidrs: ["100.64.0.0/16", "10.0.128.0/20"] },
      },
    },
  },
};

const POD = "10.0.1.17";

/** The objects as JSON, which is YAML. */
export function objectsOf({ version, data = {}, agent = {}, more = [], status = ENIS }: Cluster): string {
  const node = (name: string, ip: string, router: string, podCIDR: string): unknown => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNode",
    metadata: { name },
    spec: {
      addresses: [
        { type: "InternalIP", ip },
        { type: "InternalIP", ip: `fd00::${ip.split(".")[3] ?? ""}` },
        { type: "CiliumInternalIP", ip: router },
        { type: "CiliumInternalIP", ip: `fd01::${router.split(".")[3] ?? ""}` },
      ],
      ipam: { podCIDRs: [podCIDR, name === "one" ? "fd01::/64" : "fd02::/64"], pool: { [POD]: { resource: "eni-1" } } },
    },
    ...(name === "one" ? { status } : {}),
  });
  const items = [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "cilium-config", namespace: "kube-system" },
      data: { "routing-mode": "native", tunnel: "disabled", ...data },
    },
    node("one", "192.0.2.1", "10.0.1.240", "10.0.1.0/24"),
    node("two", "192.0.2.2", "10.0.2.240", "10.0.2.0/24"),
    {
      apiVersion: "cilium.io/v2",
      kind: "CiliumEndpoint",
      metadata: { name: "web", namespace: "shop" },
      status: { networking: { node: "192.0.2.1", addressing: [{ ipv4: POD, ipv6: "fd01::17" }] } },
    },
    {
      apiVersion: "hookwalk.dev/v1",
      kind: "Node",
      metadata: { name: "one" },
      spec: {
        versions: { cilium: version },
        interfaces: [
          { name: "eth0", mac: "02:00:00:00:00:11", addresses: ["192.0.2.1/24", "fd00::1/64"] },
          { name: "eth1", mac: "02:00:00:00:00:12" },
          { name: "cilium_net", addresses: ["fe80::5/64"] },
        ],
        routes: [
          { to: "default", via: "192.0.2.254", dev: "eth0", src: "192.0.2.1" },
          { to: "198.51.100.0/24", via: "192.0.2.253", dev: "eth0", src: "192.0.2.9" },
        ],
        cilium: {
          proxies: [
            { name: "cilium-dns-egress", port: 37_379 },
            { name: "cilium-http-ingress", port: 10_200, localOnly: false },
          ],
          endpoints: [
            { address: POD, interface: "lxc0123456789ab" },
            { address: "fd01::17", interface: "lxc0123456789ab" },
          ],
          ...agent,
        },
      },
    },
    ...more,
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** What the agent writes for objects that have nothing wrong. */
export function renderedOn(cluster: Cluster, edit: (text: string) => string = (text) => text): Rendered {
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text: edit(objectsOf(cluster)) }]);
  const { value, diagnostics: problems } = renderOwners(["cilium"], state);
  const [first] = [...diagnostics, ...problems].filter(({ severity }) => severity === "error");
  if (value === null || first !== undefined) throw new Error(JSON.stringify(first));
  return value;
}

/** Everything that is rendered as lines: rules (`ip6 ` before those of IPv6), routing rules, routes, sets. */
export function linesOf({ tables, rules, routes, sets }: Snapshot): readonly string[] {
  const lines = (text: string, before = ""): readonly string[] =>
    text.split("\n").flatMap((line) => (line === "" ? [] : [before + line.trimEnd()]));
  return [
    ...lines(printIptablesSave(tables.ip ?? [])),
    ...lines(printIptablesSave(tables.ip6 ?? []), "ip6 "),
    ...lines(printIpRule(rules.ip ?? [])),
    ...lines(printIpRule(rules.ip6 ?? []), "ip6 "),
    ...lines(printIpRoute(routes.ip ?? [])),
    ...lines(printIpRoute(routes.ip6 ?? []), "ip6 "),
    ...(sets ?? []).map(({ name, elements }) => `${name}: ${elements.map(({ text }) => text).join(" ")}`),
  ];
}
