import { describe, expect, it } from "vitest";
import { printAddress, printPrefix } from "../base/address.ts";
import { readObjects } from "./read-objects.ts";
import type { NetworkPolicy } from "./network-policy.ts";

function read(text: string): { readonly policies: readonly NetworkPolicy[]; readonly problems: readonly string[] } {
  const { value, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  return {
    policies: value.networkPolicies,
    problems: diagnostics.map(
      ({ code, span, params }) => `${code} ${String(span.line)} ${Object.values(params).join(" ")}`,
    ),
  };
}

/** A policy with these lines beneath `spec`, which begins on line 6. */
function policy(...lines: readonly string[]): string {
  const head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n";
  return head + lines.map((line) => `  ${line}\n`).join("");
}

describe("a NetworkPolicy has the API's defaults", () => {
  it.each([
    [["podSelector: {}"], ["Ingress"]],
    [["egress: []"], ["Ingress"]],
    [["egress: [{}]"], ["Ingress", "Egress"]],
    [["policyTypes: [Egress]"], ["Egress"]],
  ])("%j", (lines, policyTypes) => {
    expect(read(policy(...lines)).policies).toMatchObject([{ policyTypes, metadata: { namespace: "default" } }]);
  });

  it("of peers and ports", () => {
    const rule =
      "ingress: [{ from: [{ podSelector: {} }, { ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }], ports: [{}, { port: 8, endPort: 9 }, { port: web, protocol: UDP }] }]";
    const [read1] = read(policy(rule)).policies;
    expect(read1?.ingress[0]?.ports).toEqual([
      { protocol: "TCP", port: null },
      { protocol: "TCP", port: { from: 8, to: 9 } },
      { protocol: "UDP", port: "web" },
    ]);
    const [pods, block] = read1?.ingress[0]?.peers ?? [];
    expect(pods).toMatchObject({ kind: "pods", namespaceSelector: null, podSelector: { matchExpressions: [] } });
    expect(block?.kind === "block" && [block.cidr, ...block.except].map(printPrefix)).toEqual([
      "10.0.0.0/8",
      "10.1.0.0/16",
    ]);
  });
});

describe("what the API server would refuse is a fault", () => {
  it.each([
    ["podSelektor: {}", "object-unknown-field 6 NetworkPolicy p spec.podSelektor"],
    ["policyTypes: [ingress]", "object-bad-value 6 NetworkPolicy p spec.policyTypes[0] Ingress | Egress ingress"],
    [
      "ingress: [{ from: [{}] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].from[0] podSelector, namespaceSelector | ipBlock ",
    ],
    [
      "ingress: [{ from: [{ podSelector: {}, ipBlock: { cidr: 10.0.0.0/8 } }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].from[0] podSelector, namespaceSelector | ipBlock podSelector, ipBlock",
    ],
    [
      "ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.0.0.0/8] } }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].from[0].ipBlock.except[0] < 10.0.0.0/8 10.0.0.0/8",
    ],
    [
      "ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: ['fd00::/64'] } }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].from[0].ipBlock.except[0] < 10.0.0.0/8 fd00::/64",
    ],
    [
      "ingress: [{ ports: [{ port: 80, endPort: 79 }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].ports[0].endPort ≥ 80 79",
    ],
    [
      "ingress: [{ ports: [{ port: web, endPort: 79 }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].ports[0].endPort port: NUMBER 79",
    ],
    [
      "ingress: [{ ports: [{ port: Web }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].ports[0].port PORT-NAME Web",
    ],
    [
      "ingress: [{ ports: [{ protocol: ICMP }] }]",
      "object-bad-value 6 NetworkPolicy p spec.ingress[0].ports[0].protocol TCP | UDP | SCTP ICMP",
    ],
    [
      "podSelector: { matchExpressions: [{ key: a, operator: In }] }",
      "object-missing-field 6 NetworkPolicy p spec.podSelector.matchExpressions[0].values",
    ],
    [
      "podSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] }",
      'object-bad-value 6 NetworkPolicy p spec.podSelector.matchExpressions[0].values ≤ 0 ["b"]',
    ],
    [
      'podSelector: { matchLabels: { a: "b\' || all()" } }',
      "object-bad-value 6 NetworkPolicy p spec.podSelector.matchLabels.a LABEL-VALUE b' || all()",
    ],
  ])("%s", (line, problem) => {
    expect(read(policy(line))).toEqual({ policies: [], problems: [problem] });
  });

  it("keys of labels", () => {
    for (const key of ["a b", "/a", "A.com/x", "a/", "a/b/c", "-a", "a".repeat(64)])
      expect(read(policy(`podSelector: { matchLabels: { "${key}": v } }`)).problems, key).toHaveLength(1);
    for (const key of ["a", "kubernetes.io/a_b.c-d", "X", "a".repeat(63)])
      expect(read(policy(`podSelector: { matchLabels: { "${key}": v } }`)).problems, key).toEqual([]);
  });
});

describe("a Pod, a Namespace, a ServiceAccount", () => {
  it("as kubectl prints them", () => {
    const { value, diagnostics } = readObjects([
      {
        path: "o.yaml",
        text: `
apiVersion: v1
kind: Pod
metadata: { name: a, namespace: n, labels: { app: a }, annotations: { x: y }, uid: u, ownerReferences: [] }
spec:
  nodeName: node
  serviceAccountName: sa
  serviceAccount: sa
  containers: [{ name: c, image: i, ports: [{ containerPort: 80, name: web, protocol: TCP }] }]
  initContainers: [{ name: d, ports: [{ containerPort: 53, protocol: UDP }] }]
status: { phase: Running, podIP: 10.0.0.1, podIPs: [{ ip: 10.0.0.1 }, { ip: "fd00::1" }], hostIP: 192.0.2.1 }
---
{ apiVersion: v1, kind: Namespace, metadata: { name: n, labels: { team: x } }, spec: { finalizers: [] }, status: { phase: Active } }
---
{ apiVersion: v1, kind: ServiceAccount, metadata: { name: sa, namespace: n }, secrets: [] }
`,
      },
    ]);
    expect(diagnostics).toEqual([]);
    const [pod] = value.pods;
    expect(pod).toMatchObject({ nodeName: "node", serviceAccountName: "sa", isFinished: false, hostNetwork: false });
    expect(pod?.addresses.map(printAddress)).toEqual(["10.0.0.1", "fd00::1"]);
    expect(pod?.ports).toEqual([
      { name: "web", protocol: "TCP", port: 80 },
      { name: "", protocol: "UDP", port: 53 },
    ]);
    expect([...(value.namespaces[0]?.metadata.labels ?? [])]).toEqual([
      ["team", "x"],
      ["kubernetes.io/metadata.name", "n"],
    ]);
    expect(value.serviceAccounts.map(({ metadata }) => metadata.name)).toEqual(["sa"]);
  });

  it("a misspelt field of a pod is a fault", () => {
    const text = "{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { nodename: x } }";
    expect(read(text).problems).toEqual(["object-unknown-field 1 Pod a spec.nodename"]);
  });
});
