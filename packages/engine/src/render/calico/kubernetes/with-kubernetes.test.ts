import { describe, expect, it } from "vitest";
import { printPrefix } from "../../../base/address.ts";
import type { CalicoRule, EntityRule } from "../../../desired/calico/rule.ts";
import type { CalicoState } from "../../../desired/calico/state.ts";
import { readObjects } from "../../../desired/read-objects.ts";
import { withKubernetes } from "./with-kubernetes.ts";

function converted(text: string): CalicoState {
  const { value, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  expect(diagnostics).toEqual([]);
  return withKubernetes(value, "cali");
}

/** What a side of a rule asks, in words. */
function side({ selector, namespaceSelector, nets, notNets, ports }: EntityRule): string {
  return [
    selector === null ? "" : `pods ${selector.text}`,
    namespaceSelector === null ? "" : `in ${namespaceSelector.text}`,
    ...nets.map((net) => `net ${printPrefix(net)}`),
    ...notNets.map((net) => `not ${printPrefix(net)}`),
    ...ports.map(
      (port) => `port ${port.kind === "named" ? port.name : `${String(port.range.from)}-${String(port.range.to)}`}`,
    ),
  ]
    .filter((word) => word !== "")
    .join(", ");
}

function words({ action, protocol, source, destination }: CalicoRule): string {
  return `${action} ${String(protocol ?? "all")} from (${side(source)}) to (${side(destination)})`;
}

function policy(...lines: readonly string[]) {
  const head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p, namespace: n }\nspec:\n";
  const [one] = converted(head + lines.map((line) => `  ${line}\n`).join("")).policies;
  if (one === undefined) throw new Error("no policy");
  return one;
}

const IS_POD = "projectcalico.org/orchestrator == 'k8s'";

describe("a NetworkPolicy of Kubernetes becomes one of Calico's", () => {
  it("in its namespace, of the default tier, at order 1000", () => {
    expect(policy("podSelector: {}")).toMatchObject({
      origin: "knp",
      metadata: { name: "p", namespace: "n" },
      tier: "default",
      order: 1000,
      types: ["Ingress"],
      selector: { text: IS_POD },
      ingress: [],
      egress: [],
    });
    expect(policy("policyTypes: [Egress, Ingress]").types).toEqual(["Ingress", "Egress"]);
  });

  it("labels by their keys' order, then expressions in their own", () => {
    const selector =
      "podSelector: { matchLabels: { b: x, a: y }, matchExpressions: [{ key: d, operator: NotIn, values: [v, u] }, { key: c, operator: In, values: [w] }, { key: f, operator: DoesNotExist }, { key: e, operator: Exists }] }";
    expect(policy(selector).selector?.text).toBe(
      `${IS_POD} && a == 'y' && b == 'x' && d not in { 'v', 'u' } && c in { 'w' } && ! has(f) && has(e)`,
    );
  });

  it.each([
    ["ingress: [{}]", ["Allow all from () to ()"]],
    ["egress: [{}]", ["Allow all from () to ()"]],
    ["ingress: [{ from: [{ podSelector: {} }] }]", [`Allow all from (pods ${IS_POD}) to ()`]],
    ["ingress: [{ from: [{ namespaceSelector: {} }] }]", [`Allow all from (pods ${IS_POD}, in all()) to ()`]],
    [
      "egress: [{ to: [{ namespaceSelector: { matchLabels: { t: x } }, podSelector: { matchLabels: { a: y } } }] }]",
      [`Allow all from () to (pods ${IS_POD} && a == 'y', in t == 'x')`],
    ],
    [
      "ingress: [{ from: [{ ipBlock: { cidr: 10.1.2.3/8, except: [10.1.0.0/16] } }] }]",
      ["Allow all from (net 10.1.2.3/8, not 10.1.0.0/16) to ()"],
    ],
    ["ingress: [{ ports: [{}] }]", ["Allow TCP from () to ()"]],
    [
      "ingress: [{ ports: [{ port: 82 }, { port: http }, { port: 80 }, { port: 81 }, { port: 90, endPort: 95 }] }]",
      ["Allow TCP from () to (port http, port 80-82, port 90-95)"],
    ],
    ["ingress: [{ ports: [{ port: 80 }, { port: http }] }]", ["Allow TCP from () to (port 80-80, port http)"]],
    // A port without a number stands for all of its protocol.
    ["ingress: [{ ports: [{ port: 80 }, {}] }]", ["Allow TCP from () to ()"]],
    [
      "egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 1, protocol: UDP }, { port: 1 }] }]",
      [
        `Allow TCP from () to (pods ${IS_POD}, port 1-1)`,
        "Allow TCP from () to (net 10.0.0.0/8, port 1-1)",
        `Allow UDP from () to (pods ${IS_POD}, port 1-1)`,
        "Allow UDP from () to (net 10.0.0.0/8, port 1-1)",
      ],
    ],
  ])("%s", (line, rules) => {
    const { ingress, egress } = policy(line);
    expect([...ingress, ...egress].map(words)).toEqual(rules);
  });
});

describe("namespaces, service accounts and pods", () => {
  const pod = (lines: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: my-pod\n  namespace: n\n${lines}\n`;

  it("become profiles with labels", () => {
    const { profiles } = converted(
      "{ apiVersion: v1, kind: Namespace, metadata: { name: n, labels: { t: x } } }\n---\n" +
        "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: sa, namespace: n, labels: { u: y } } }",
    );
    expect(profiles.map(({ metadata, ingress, egress }) => [metadata.name, ingress.map(words), egress.length])).toEqual(
      [
        ["kns.n", ["Allow all from () to ()"], 1],
        ["ksa.n.sa", [], 0],
      ],
    );
    expect(profiles.map(({ labelsToApply }) => Object.fromEntries(labelsToApply))).toEqual([
      { "pcns.t": "x", "pcns.kubernetes.io/metadata.name": "n", "pcns.projectcalico.org/name": "n" },
      { "pcsa.u": "y", "pcsa.projectcalico.org/name": "sa" },
    ]);
  });

  it("a pod becomes an endpoint", () => {
    const { workloads } = converted(
      pod(
        `  labels: { app: a }
  annotations: { cni.projectcalico.org/floatingIPs: '["192.0.2.7"]', cni.projectcalico.org/allowedSourcePrefixes: '["10.9.0.0/16"]' }
spec: { nodeName: node-1, serviceAccountName: sa, containers: [{ ports: [{ name: web, containerPort: 80 }, { containerPort: 81 }] }] }
status: { podIP: 10.0.0.1 }`,
      ),
    );
    expect(workloads).toMatchObject([
      {
        metadata: { name: "node--1-k8s-my--pod-eth0", namespace: "n" },
        node: "node-1",
        // sha1("n.my-pod")
        interfaceName: "califf7a524d1cd",
        profiles: ["kns.n", "ksa.n.sa"],
        ports: [{ name: "web", protocol: "TCP", port: 80 }],
        ipNetworks: [{ address: 0x0a00_0001, length: 32 }],
        ipNATs: [{ external: 0xc000_0207, internal: 0x0a00_0001 }],
        allowSpoofedSourcePrefixes: [{ address: 0x0a09_0000, length: 16 }],
      },
    ]);
    expect(Object.fromEntries(workloads[0]?.metadata.labels ?? [])).toEqual({
      app: "a",
      "projectcalico.org/namespace": "n",
      "projectcalico.org/orchestrator": "k8s",
      "projectcalico.org/serviceaccount": "sa",
    });
  });

  it.each([
    ["on the host's network", "spec: { nodeName: n, hostNetwork: true }", null],
    ["not on a node yet", "spec: {}", null],
    ["that has ended", "spec: { nodeName: n }\nstatus: { podIP: 10.0.0.1, phase: Succeeded }", 0],
    [
      "whose address was taken back",
      "  deletionTimestamp: '2024-01-01T00:00:00Z'\n  annotations: { cni.projectcalico.org/podIP: '' }\nspec: { nodeName: n }\nstatus: { podIP: 10.0.0.1 }",
      0,
    ],
    [
      "that the API server has no address of yet",
      "  annotations: { cni.projectcalico.org/podIP: 10.0.0.1/32, cni.projectcalico.org/podIPs: '10.0.0.1/32,fd00::1/128' }\nspec: { nodeName: n }",
      2,
    ],
  ])("a pod %s", (_what, lines, addresses) => {
    const { workloads } = converted(pod(lines));
    expect(workloads.map(({ ipNetworks }) => ipNetworks.length)).toEqual(addresses === null ? [] : [addresses]);
  });

  it("a fault in an annotation of Calico's is told", () => {
    const text = pod("  annotations:\n    cni.projectcalico.org/floatingIPs: '[1]'\nspec: { nodeName: n }");
    const { value, diagnostics } = readObjects([{ path: "o.yaml", text }]);
    expect(value.pods).toEqual([]);
    expect(diagnostics.map(({ span, params }) => [span.line, params["field"], params["expected"]])).toEqual([
      [7, "metadata.annotations.cni.projectcalico.org/floatingIPs", '["IP", …]'],
    ]);
  });
});
