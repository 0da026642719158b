import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  parseIpRoute,
  parseIpRule,
  parseIpset,
  parseIptablesSave,
  printIpRoute,
  printIpRule,
  printIpset,
  printIptablesSave,
  printNftScript,
} from "@hookwalk/engine";
import type { Snapshot } from "@hookwalk/engine";
import { readObjects } from "@hookwalk/engine/desired";
import { renderNode } from "@hookwalk/engine/render";
import { objectsOf } from "../render/cilium/cluster.ts";
import { extremes } from "../render/kube-proxy/extremes.ts";

type Path = readonly (string | number)[];

/** The objects of a file or a list. */
function objectsIn(text: string): readonly unknown[] {
  return parseAllDocuments(text).flatMap((document): readonly unknown[] => {
    const value: unknown = document.toJS();
    if (typeof value !== "object" || value === null) return [];
    const items: unknown = "items" in value ? value.items : null;
    return Array.isArray(items) ? items.map((item: unknown) => item) : [value];
  });
}

function file(path: string): readonly unknown[] {
  return objectsIn(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));
}

const CILIUM = { "enable-masquerade-to-route-source": "true", "egress-masquerade-interfaces": "eth0" } as const;

/** Clusters whose objects are of every kind that is read. */
const CLUSTERS: readonly (readonly unknown[])[] = [
  file("render/kube-proxy/objects.yaml"),
  objectsIn(extremes("nftables", "v1.33.0")),
  objectsIn(extremes("ipvs", "v1.30.0")),
  objectsIn(objectsOf({ version: "1.18.2", data: CILIUM })),
  objectsIn(objectsOf({ version: "1.16", data: { ipam: "eni", "enable-endpoint-routes": "true" } })),
  file("nodes/ack-cilium/objects.yaml"),
  file("nodes/calico-slave2/objects.yaml"),
  file("kernel/calico-nftables.yaml"),
];

/** Wrong types, ends of ranges, empty, too long, names that JavaScript has for itself, what shells and tools take for their own, signs that nobody sees. */
const HOSTILE: readonly unknown[] = [
  ...[null, true, 0, -1, 65_536, 4_294_967_296, 1e308, 1.5, [], {}, [[[]]], ["__proto__"]],
  JSON.parse('{"__proto__": {"x": 1}, "constructor": "y"}') as unknown,
  ...[
    "",
    " ",
    "__proto__",
    "constructor",
    "a\nb",
    "a\u0000b",
    "a\u007fb",
    "\u202eabc",
    "x".repeat(70),
    "x".repeat(300),
  ],
  ...["10.0.0.1", "::1", "::ffff:1.2.3.4", "0.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.5/8", "fe80::1%eth0"],
  ...["-j ACCEPT", '"; drop', "'\"$(id)", "%s", "名前", "a,b", "+", "!", "1-2", "0x10", "true", "010", "eth0+", "*"],
];

function pathsIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return [at, ...entries.flatMap(([key, item]) => pathsIn(item, [...at, key]))];
}

/** The same value with another one at a path. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? replaced(item, rest, by) : item));
  const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
  return Object.fromEntries(entries.map(([name, item]) => [name, name === key ? replaced(item, rest, by) : item]));
}

/** One value of one object is another one. */
interface Fault {
  readonly cluster: readonly unknown[];
  readonly at: number;
  readonly path: Path;
  readonly by: unknown;
}

const fault: fc.Arbitrary<Fault> = fc.constantFrom(...CLUSTERS).chain((cluster) =>
  fc.nat({ max: cluster.length - 1 }).chain((at) =>
    fc.record({
      cluster: fc.constant(cluster),
      at: fc.constant(at),
      path: fc.constantFrom(...pathsIn(cluster[at])),
      by: fc.constantFrom(...HOSTILE),
    }),
  ),
);

/** What such a run found: devices of Cilium's went into a rule as they were written. */
const FOUND = CLUSTERS.slice(3, 4).map((cluster): [Fault] => [
  { cluster, at: 0, path: ["data", "egress-masquerade-interfaces"], by: "'\"$(id)" },
]);

// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** Whatever is rendered says to its tools what it means, and nothing else. */
function checkRendered({ tables, rules, routes, sets, nft }: Snapshot): void {
  for (const family of ["ip", "ip6"] as const) {
    const saved = printIptablesSave(tables[family] ?? []);
    expect(saved).not.toMatch(CONTROL);
    const read = parseIptablesSave(saved, "save", { family });
    expect(read.diagnostics).toEqual([]);
    expect(printIptablesSave(read.value)).toBe(saved);
    expect(parseIpRule(printIpRule(rules[family] ?? []), "rule").diagnostics).toEqual([]);
    expect(parseIpRoute(printIpRoute(routes[family] ?? []), "route").diagnostics).toEqual([]);
  }
  expect(parseIpset(printIpset(sets ?? []), "set").diagnostics).toEqual([]);
  expect(printNftScript(nft ?? [])).not.toMatch(CONTROL);
}

/** An object with a fault is told by kind and line; whatever passes is rendered, and can be read back. */
function check({ cluster, at, path, by }: Fault): void {
  const items = cluster.map((object, index) => (index === at ? replaced(object, path, by) : object));
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { value: state, diagnostics } = readObjects([{ path: "o.json", text }]);
  for (const { code, severity, span, params } of diagnostics) {
    expect(span.file).toBe("o.json");
    expect(span.line).toBeGreaterThan(0);
    if (severity === "error" && code !== "object-without-kind") expect(params["object"]).toMatch(/^\S/);
  }
  const { value } = renderNode(state);
  if (value !== null) checkRendered(value.snapshot);
}

it("every cluster is read without a fault, and rendered", () => {
  for (const items of CLUSTERS) {
    const { value, diagnostics } = readObjects([
      { path: "o.json", text: JSON.stringify({ apiVersion: "v1", kind: "List", items }) },
    ]);
    expect(diagnostics).toEqual([]);
    expect(renderNode(value).value).not.toBeNull();
  }
});

it("a hostile value anywhere is told, or does no harm", () => {
  fc.assert(fc.property(fault, check), { numRuns: 60, seed: 1, examples: FOUND });
});
