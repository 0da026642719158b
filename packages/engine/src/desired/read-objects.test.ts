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
  ])("%s", (_what, lines, problem) => {
    expect(read(bad(...lines))).toEqual({ names: ["good"], problems: [problem] });
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
    [
      "aliases without end",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]`,
    ],
    ["nesting without end", "[".repeat(200_000)],
    ["no object", "- 5"],
    ["a prototype", '{"__proto__": {"apiVersion": "v1", "kind": "Service"}}'],
  ])("%s is told", (_what, text) => {
    const { names, problems } = read(text);
    expect(names).toEqual([]);
    expect(problems).toHaveLength(1);
  });
});
