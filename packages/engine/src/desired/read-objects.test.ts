import { describe, expect, it } from "vitest";
import { readObjects } from "./read-objects.ts";

function read(text: string): { readonly names: readonly string[]; readonly problems: readonly string[] } {
  const { value, diagnostics } = readObjects([{ path: "o.yaml", text }]);
  return {
    names: value.services.map(({ metadata }) => metadata.name),
    problems: diagnostics.map(
      ({ code, span, params }) => `${code} ${String(span.line)} ${Object.values(params).join(" ")}`,
    ),
  };
}

const GOOD = `apiVersion: v1
kind: Service
metadata: { name: good }
spec: { clusterIP: 10.0.0.1, ports: [{ port: 80 }] }
`;

const SERVICE_JSON = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"j"},"spec":{"clusterIP":"x"}}';

/** A service with this beneath `spec`, which begins on line 6. */
function bad(...lines: readonly string[]): string {
  const head = "apiVersion: v1\nkind: Service\nmetadata:\n  name: bad\nspec:\n";
  return `${head}${lines.map((line) => `  ${line}\n`).join("")}---\n${GOOD}`;
}

describe("an object with a fault is left out, the others are kept", () => {
  it.each([
    ["an unknown field", ["clusterIPz: 10.0.0.1"], "object-unknown-field 6 Service bad spec.clusterIPz"],
    [
      "no address",
      ["clusterIP: 10.0.0.256"],
      'object-bad-value 6 Service bad spec.clusterIP "" | None | IP 10.0.0.256',
    ],
    [
      "a port out of range",
      ["ports:", "- port: 65536"],
      "object-bad-value 7 Service bad spec.ports[0].port ≤ 65535 65536",
    ],
    ["a port below the range", ["ports:", "- port: 0"], "object-bad-value 7 Service bad spec.ports[0].port ≥ 1 0"],
    ["a missing port", ["ports:", "- name: a"], "object-missing-field 7 Service bad spec.ports[0].port"],
    [
      "no such type",
      ["type: ClusterIp"],
      "object-bad-value 6 Service bad spec.type ClusterIP | NodePort | LoadBalancer | ExternalName ClusterIp",
    ],
    [
      "a range that is none",
      ["loadBalancerSourceRanges: [10.0.0.0/33]"],
      "object-bad-value 6 Service bad spec.loadBalancerSourceRanges[0] IP/LENGTH 10.0.0.0/33",
    ],
    [
      "a number in place of a text",
      ["sessionAffinity: 5"],
      "object-bad-value 6 Service bad spec.sessionAffinity None | ClientIP 5",
    ],
    [
      "a name of a port that another has",
      ["ports:", "- { port: 80, name: a }", "- { port: 81, name: b }", "- { port: 82, name: a }"],
      "object-same-value 9 Service bad spec.ports[2].name spec.ports[0].name a",
    ],
    [
      "a port that another has",
      ["ports:", "- { port: 80, name: a }", "- { port: 80, name: b, protocol: UDP }", "- { port: 80, name: c }"],
      "object-same-value 9 Service bad spec.ports[2].port spec.ports[0].port 80/TCP",
    ],
    [
      "a node port that another has",
      ["ports:", "- { port: 80, name: a, nodePort: 30000 }", "- { port: 81, name: b, nodePort: 30000 }"],
      "object-same-value 8 Service bad spec.ports[1].nodePort spec.ports[0].nodePort 30000/TCP",
    ],
    [
      "two ports and a name",
      ["ports:", "- { port: 80, name: a }", "- port: 81"],
      "object-missing-field 8 Service bad spec.ports[1].name",
    ],
    [
      "a name of a port that is none",
      ["ports:", "- { port: 80, name: a_b }"],
      "object-bad-value 7 Service bad spec.ports[0].name [a-z0-9]([-a-z0-9]*[a-z0-9])? a_b",
    ],
    [
      "a node port out of range",
      ["ports:", "- { port: 80, nodePort: 65536 }"],
      "object-bad-value 7 Service bad spec.ports[0].nodePort ≤ 65535 65536",
    ],
    [
      "a target port out of range",
      ["ports:", "- { port: 80, targetPort: 99999 }"],
      "object-bad-value 7 Service bad spec.ports[0].targetPort ≤ 65535 99999",
    ],
    [
      "a target port by a name that none can have",
      ["ports:", "- { port: 80, targetPort: a_b }"],
      "object-bad-value 7 Service bad spec.ports[0].targetPort PORT-NAME a_b",
    ],
  ])("%s", (_what, lines, problem) => {
    expect(read(bad(...lines))).toEqual({ names: ["good"], problems: [problem] });
  });

  const LONG = "a".repeat(64);
  it.each([
    ["a name", `name: ${LONG}`, `object-too-long 3 Service ${LONG} metadata.name 63 ${LONG}`],
    ["a namespace", `name: a, namespace: ${LONG}`, `object-too-long 3 Service ${LONG}/a metadata.namespace 63 ${LONG}`],
  ])("%s of 64 characters", (_what, metadata, problem) => {
    const service = `apiVersion: v1\nkind: Service\nmetadata: { ${metadata} }\nspec: {}\n`;
    expect(read(`${service}---\n${GOOD}`)).toEqual({ names: ["good"], problems: [problem] });
    const slice = service.replace("v1", "discovery.k8s.io/v1").replace("Service", "EndpointSlice");
    expect(read(`${slice.replace("spec: {}", "addressType: IPv4")}---\n${GOOD}`).problems).toHaveLength(
      metadata.includes("namespace") ? 1 : 0,
    );
  });

  it("ports of a slice with one name", () => {
    const slice = `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: s }\naddressType: IPv4\nports:\n`;
    const problem = "object-same-value 7 EndpointSlice s ports[1].name ports[0].name a";
    expect(read(`${slice}- { name: a, port: 1 }\n- { name: a, port: 2 }\n`).problems).toEqual([problem]);
  });

  it.each([
    ["[primary, 10.0.0.0/8]", "nodePortAddresses", '[primary] | [IP/LENGTH, …] ["primary","10.0.0.0/8"]'],
    ["[10.0.0.0/8, x]", "nodePortAddresses[1]", "IP/LENGTH | primary x"],
  ])("nodePortAddresses: %s", (given, field, words) => {
    const head = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
    const { names, problems } = read(`${head}nodePortAddresses: ${given}\n---\n${GOOD}`);
    expect(names).toEqual(["good"]);
    expect(problems).toEqual([`object-bad-value 3 KubeProxyConfiguration ${field} ${words}`]);
  });

  it("all faults of an object are told", () => {
    expect(read(bad("a: 1", "b: 2")).problems).toHaveLength(2);
  });

  it("a document that is no YAML", () => {
    const { names, problems } = read(`a: [1\n---\n${GOOD}`);
    expect(names).toEqual(["good"]);
    expect(problems[0]).toMatch(/^objects-not-yaml \d/);
  });

  it("an object of another kind is passed over", () => {
    expect(read(`apiVersion: v1\nkind: Secret\nmetadata: { name: p, namespace: n }\n---\n${GOOD}`)).toEqual({
      names: ["good"],
      problems: ["object-unknown-kind 1 Secret n/p v1 Secret"],
    });
  });

  it("of two objects of one name the later counts", () => {
    const { value } = readObjects([{ path: "o.yaml", text: `${GOOD}---\n${GOOD.replace("10.0.0.1", "10.0.0.2")}` }]);
    expect(value.services.map(({ clusterIPs }) => clusterIPs)).toEqual([[0x0a00_0002]]);
  });
});

describe("a document that nobody should read to its end is no YAML", () => {
  const twice = Array.from(
    { length: 30 },
    (_, n) => `a${String(n + 1)}: &a${String(n + 1)} [*a${String(n)}, *a${String(n)}]\n`,
  );
  it.each([
    ["aliases of aliases", `a0: &a0 x\n${twice.join("")}`],
    ["an alias within its own anchor", "a: &a { b: *a }"],
    ["an anchor that is none", "a: *a"],
    ["deeper than any object", "- ".repeat(600)],
  ])("%s", (_what, text) => {
    const { names, problems } = read(`${text}\n---\n${GOOD}`);
    expect(names).toEqual(["good"]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^objects-not-yaml /);
  });
});

it("an alias is what its anchor is, however often", () => {
  const ports = "ports: &p [{ port: 80 }]";
  const service = (name: string, spec: string): string =>
    `- { apiVersion: v1, kind: Service, metadata: { name: ${name} }, spec: { clusterIP: 10.0.0.1, ${spec} } }\n`;
  const others = Array.from({ length: 200 }, (_, n) => service(`s${String(n)}`, "ports: *p")).join("");
  const { names, problems } = read(`apiVersion: v1\nkind: List\nitems:\n${service("first", ports)}${others}`);
  expect(problems).toEqual([]);
  expect(names).toHaveLength(201);
});

describe("what kubectl prints", () => {
  it("a v1 List, with the line of what is in it", () => {
    const item = (line: string): string => `- apiVersion: v1\n  kind: Service\n  metadata: { name: a }\n  ${line}\n`;
    const text = `apiVersion: v1\nkind: List\nitems:\n${item("spec: {}")}${item("spec: { x: 1 }")}`;
    expect(read(text)).toEqual({ names: ["a"], problems: ["object-unknown-field 11 Service a spec.x"] });
  });

  it("faults have the place that they would have without the others", () => {
    const service = (name: string, ip: string): string =>
      `- apiVersion: v1\n  kind: Service\n  metadata:\n    name: ${name}\n  spec:\n    clusterIP: ${ip}\n    ports:\n    - port: 80\n`;
    const list = `apiVersion: v1\nitems:\n${service("a", "10.0.0.1")}${service("b", "x")}${service("c", "y")}kind: List\n`;
    const yaml = `${GOOD}---\n${list}`;
    const { value, diagnostics } = readObjects([{ path: "o.yaml", text: yaml }]);
    expect(value.services.map(({ metadata }) => metadata.name)).toEqual(["good", "a"]);
    const lines = yaml.split("\n");
    expect(diagnostics.map(({ span }) => [lines[span.line - 1], span.column])).toEqual([
      ["    clusterIP: x", 16],
      ["    clusterIP: y", 16],
    ]);
    // And the same as JSON.
    const json = JSON.stringify(
      { apiVersion: "v1", kind: "List", items: [JSON.parse(SERVICE_JSON), { kind: 5 }] },
      null,
      1,
    );
    expect(read(json)).toEqual({
      names: [],
      problems: ['object-bad-value 12 Service j spec.clusterIP "" | None | IP x', "object-without-kind 15 "],
    });
  });

  it("nulls, as kubectl create --dry-run prints them", () => {
    expect(read(`${GOOD}status: { loadBalancer: null }`).problems).toEqual([]);
  });
});

describe("hostile input", () => {
  it.each([
    ["nesting without end", "[".repeat(200_000)],
    ["no object", "- 5"],
    ["a prototype", '{"__proto__": {"apiVersion": "v1", "kind": "Service"}}'],
  ])("%s is told", (_what, text) => {
    const { names, problems } = read(text);
    expect(names).toEqual([]);
    expect(problems).toHaveLength(1);
  });
});
