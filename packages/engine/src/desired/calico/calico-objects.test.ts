import { describe, expect, it } from "vitest";
import type { CalicoState } from "./state.ts";
import { readObjects } from "../read-objects.ts";

/** An object whose spec begins on line 5. */
function object(kind: string, spec: readonly string[], metadata = "name: a, namespace: n"): string {
  const head = `apiVersion: projectcalico.org/v3\nkind: ${kind}\nmetadata: { ${metadata} }\nspec:\n`;
  return `${head}${spec.map((line) => `  ${line}\n`).join("")}`;
}

function read(text: string): { readonly state: CalicoState; readonly problems: readonly string[] } {
  const { value, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  return {
    state: value.calico,
    problems: diagnostics.map(({ span, params }) => `${String(span.line)} ${Object.values(params).join(" | ")}`),
  };
}

const rule = (...fields: readonly string[]): readonly string[] => ["ingress:", `- { action: Allow, ${fields.join()} }`];
const WORKLOAD = ["node: w", "interfaceName: cali1"];

describe("a fault is told with the object, the field, what it must be, and the line", () => {
  it.each<[string, string, string]>([
    [
      "a bad selector",
      object("NetworkPolicy", ["selector: a == 'x' has(b)"]),
      "5 NetworkPolicy n/a | spec.selector | a == 'x' ⟨&& ||⟩ | a == 'x' has(b)",
    ],
    [
      "a bad selector of a rule",
      object("NetworkPolicy", rule("source: { notSelector: 'a = 5' }")),
      "6 NetworkPolicy n/a | spec.ingress[0].source.notSelector | a ⟨== != in, not in, contains, starts with, ends with⟩ | a = 5",
    ],
    [
      "a word of namespaces where somebody is selected",
      object("GlobalNetworkPolicy", ["namespaceSelector: a == 'x' || global()"], "name: a"),
      "5 GlobalNetworkPolicy a | spec.namespaceSelector | ≠ global() | a == 'x' || global()",
    ],
    [
      "the same in a rule",
      object("NetworkPolicy", rule("source: { selector: global() }")),
      "6 NetworkPolicy n/a | spec.ingress[0].source.selector | ≠ global() | global()",
    ],
    [
      "the same beside another",
      object("NetworkPolicy", rule("source: { namespaceSelector: '!global()' }")),
      "6 NetworkPolicy n/a | spec.ingress[0].source.namespaceSelector | global() | !global()",
    ],
    [
      "a port out of range",
      object("NetworkPolicy", rule("protocol: TCP", "destination: { ports: [65536] }")),
      "6 NetworkPolicy n/a | spec.ingress[0].destination.ports[0] | 1…65535 | FROM:TO | NAME | 65536",
    ],
    [
      "ports the wrong way round",
      object("NetworkPolicy", rule("protocol: TCP", "destination: { ports: ['90:80'] }")),
      "6 NetworkPolicy n/a | spec.ingress[0].destination.ports[0] | 1…65535 | FROM:TO | NAME | 90:80",
    ],
    [
      "ports without a protocol that has some",
      object("NetworkPolicy", rule("source: { ports: [80] }")),
      "6 NetworkPolicy n/a | spec.ingress[0].protocol | TCP | UDP | SCTP (ports) | null",
    ],
    [
      "a protocol of the other family",
      object("NetworkPolicy", rule("ipVersion: 4", "protocol: ICMPv6")),
      "6 NetworkPolicy n/a | spec.ingress[0].ipVersion | 6 (protocol: ICMPv6) | 4",
    ],
    [
      "a code without a type",
      object("NetworkPolicy", rule("protocol: ICMP", "icmp: { code: 1 }")),
      "6 NetworkPolicy n/a | spec.ingress[0].icmp.type | 0…254 | null",
    ],
    [
      "a service beside a selector",
      object("NetworkPolicy", rule("destination: { services: { name: s }, selector: all() }")),
      "6 NetworkPolicy n/a | spec.ingress[0].destination.selector | null (services) | …",
    ],
    [
      "a name that is too long",
      object("GlobalNetworkPolicy", ["selector: all()"], `name: ${"x".repeat(254)}`),
      `3 GlobalNetworkPolicy ${"x".repeat(254)} | metadata.name | 253 | ${"x".repeat(254)}`,
    ],
    [
      "an interface that is too long",
      object("WorkloadEndpoint", ["node: w", "interfaceName: cali0123456789012"]),
      "6 WorkloadEndpoint n/a | spec.interfaceName | 15 | cali0123456789012",
    ],
    [
      "an unknown field",
      object("Tier", ["order: 5", "defaultActions: Pass"], "name: a"),
      "6 Tier a | spec.defaultActions",
    ],
    [
      "pre-DNAT with egress rules",
      object(
        "GlobalNetworkPolicy",
        ["preDNAT: true", "applyOnForward: true", "egress: [{ action: Allow }]"],
        "name: a",
      ),
      "7 GlobalNetworkPolicy a | spec.egress | [] (preDNAT: true) | …",
    ],
    [
      "doNotTrack without applyOnForward",
      object("GlobalNetworkPolicy", ["doNotTrack: true"], "name: a"),
      "5 GlobalNetworkPolicy a | spec.applyOnForward | true (doNotTrack: true) | false",
    ],
    [
      "a mark mask of one bit",
      object("FelixConfiguration", ["iptablesMarkMask: 16"], "name: default"),
      "5 FelixConfiguration default | spec.iptablesMarkMask | ≥ 2 bits | 16",
    ],
    [
      "a host endpoint of no interface",
      object("HostEndpoint", ["node: w"], "name: a"),
      '5 HostEndpoint a | spec.interfaceName | "*" | DEV (expectedIPs: []) | ',
    ],
    [
      "a policy without a namespace",
      object("NetworkPolicy", ["selector: all()"], "name: a"),
      "3 NetworkPolicy a | metadata.namespace | [a-z0-9]([-._a-z0-9]*[a-z0-9])? | ",
    ],
  ])("%s", (_what, text, problem) => {
    const { state, problems } = read(`${text}---\n${object("WorkloadEndpoint", WORKLOAD, "name: b, namespace: n")}`);
    expect(problems).toEqual([problem]);
    expect(state.workloads.map(({ metadata }) => metadata.name)).toEqual(["b"]);
    expect(Object.values(state).flat()).toHaveLength(1);
  });
});

describe("what is read", () => {
  it("a rule, with what it does not say as asking nothing", () => {
    const fields = ["protocol: tcp", "destination: { ports: [80, '8080:8090', http], nets: [10.0.0.1] }"];
    const { state, problems } = read(object("NetworkPolicy", rule(...fields, "metadata: { annotations: { k: v } }")));
    expect(problems).toEqual([]);
    const [made] = state.policies[0]?.ingress ?? [];
    expect(made).toMatchObject({ action: "Allow", family: null, protocol: "TCP", notProtocol: null, icmp: null });
    expect(made?.destination.ports).toEqual([
      { kind: "range", range: { from: 80, to: 80 } },
      { kind: "range", range: { from: 8080, to: 8090 } },
      { kind: "named", name: "http" },
    ]);
    expect(made?.destination.nets).toEqual([{ address: 0x0a00_0001, length: 32 }]);
    expect(made?.source.selector).toBeNull();
    expect([...(made?.annotations ?? [])]).toEqual([["k", "v"]]);
  });

  it.each([
    [[], ["Ingress"]],
    [["egress: [{ action: Allow }]"], ["Egress"]],
    [
      ["egress: [{ action: Allow }]", "ingress: [{ action: Deny }]"],
      ["Ingress", "Egress"],
    ],
    [["types: [Egress]", "ingress: [{ action: Deny }]"], ["Egress"]],
  ])("types of a policy with %j are %j", (spec, types) => {
    expect(read(object("NetworkPolicy", ["selector: all()", ...spec])).state.policies[0]?.types).toEqual(types);
  });

  it("settings that are not given stay open for another object to say", () => {
    const { state } = read(
      object("FelixConfiguration", ["defaultEndpointToHostAction: Accept", "logSeverityScreen: Info"], "name: default"),
    );
    expect(state.felix[0]?.spec).toMatchObject({
      defaultEndpointToHostAction: "ACCEPT",
      logPrefix: null,
      vxlanPort: null,
    });
  });

  it("the version of the cluster, without its v", () => {
    const spec = ["calicoVersion: v3.30.1", "clusterType: k8s,bgp"];
    expect(read(object("ClusterInformation", spec, "name: default")).state.clusters[0]).toMatchObject({
      calicoVersion: "3.30.1",
      clusterType: ["k8s", "bgp"],
    });
  });

  it("custom resources as they are stored", () => {
    const text = object("IPPool", ["cidr: 10.0.0.0/8", "natOutgoing: true"], "name: a").replace(
      "projectcalico.org/v3",
      "crd.projectcalico.org/v1",
    );
    expect(read(text).state.pools).toMatchObject([{ natOutgoing: true, ipipMode: "Never" }]);
  });
});
