import { describe, expect, it } from "vitest";
import { lintChecks } from "../lint/checks.ts";
import type { Finding } from "../lint/finding.ts";
import { lintSnapshot } from "../lint/lint.ts";
import type { Files } from "../lint/told.ts";
import { saved } from "../lint/told.ts";
import { catalogues } from "../messages/catalogue.ts";
import { parseSnapshot } from "../parse/bundle/parse-snapshot.ts";
import type { Json } from "./json.ts";
import { lintSarif } from "./lint-sarif.ts";

/** What an object of the published schema (sarif-schema-2.1.0.json) may have, each property with what it is; `!`: it must have it. */
type Shape = Readonly<Record<string, string>>;

/** The objects that are written here. `[]`: a list of them. `{}`: strings by name. All are closed: additionalProperties is false. */
const SCHEMA: Readonly<Record<string, Shape>> = {
  log: { $schema: "uri", "version!": "2.1.0", "runs!": "run[]" },
  run: { "tool!": "tool", columnKind: "utf16CodeUnits", results: "result[]" },
  tool: { "driver!": "toolComponent" },
  toolComponent: { "name!": "string", version: "string", semanticVersion: "string", rules: "reportingDescriptor[]" },
  reportingDescriptor: { "id!": "string", shortDescription: "text", help: "text" },
  text: { "text!": "string", markdown: "string" },
  message: { "text!": "string" },
  result: {
    ruleId: "string",
    ruleIndex: "index",
    level: "level",
    "message!": "message",
    locations: "location[]",
    relatedLocations: "location[]",
    partialFingerprints: "{}",
  },
  location: {
    id: "index",
    physicalLocation: "physicalLocation",
    logicalLocations: "logicalLocation[]",
    message: "message",
  },
  physicalLocation: { "artifactLocation!": "artifactLocation", region: "region" },
  artifactLocation: { uri: "uri" },
  logicalLocation: { fullyQualifiedName: "string" },
  region: { "startLine!": "line", startColumn: "line", endColumn: "line" },
};

const PLAIN: Readonly<Record<string, (value: Json | undefined) => boolean>> = {
  string: (value) => typeof value === "string" && value !== "",
  uri: (value) => typeof value === "string" && /^[\w.~:/%-]+$/.test(value),
  index: (value) => Number.isInteger(value) && Number(value) >= 0,
  line: (value) => Number.isInteger(value) && Number(value) >= 1,
  level: (value) => value === "error" || value === "warning" || value === "note",
  "{}": (value) => Object.values(value ?? {}).every((text) => typeof text === "string"),
};

/** Where a value is not as the schema has it. */
function faults(value: Json | undefined, kind: string, path: string): readonly string[] {
  if (kind.endsWith("[]")) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    const items: readonly Json[] = value;
    return items.flatMap((item, index) => faults(item, kind.slice(0, -2), `${path}[${String(index)}]`));
  }
  const shape = SCHEMA[kind];
  if (shape === undefined) {
    return (PLAIN[kind]?.(value) ?? value === kind) ? [] : [`${path} is ${JSON.stringify(value)}`];
  }
  const given = new Map(Object.entries(value ?? {}) as readonly (readonly [string, Json])[]);
  const known = new Map(Object.entries(shape).map(([name, of]) => [name.replace("!", ""), of]));
  return [
    ...Object.keys(shape).flatMap((name) =>
      name.endsWith("!") && !given.has(name.slice(0, -1)) ? [`${path} lacks ${name}`] : [],
    ),
    ...[...given].flatMap(([name, own]) => {
      const of = known.get(name);
      return of === undefined ? [`${path} has ${name}`] : faults(own, of, `${path}.${name}`);
    }),
  ];
}

const FILES: Files = {
  "iptables-save.txt": saved({
    filter: [
      "-A INPUT -m set --match-set admins src -j ACCEPT",
      "-A INPUT -m set --match-set open dst -j ACCEPT",
      "-A INPUT -m set --match-set open dst -j ACCEPT",
    ],
  }),
  "ipset-save.txt": "create open hash:ip,port family inet\n",
  "sysctl.txt": "net.netfilter.nf_conntrack_max = 8\nnet.netfilter.nf_conntrack_count = 8\n",
};

function findingsIn(files: Files): readonly Finding[] {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return lintSnapshot(parseSnapshot(texts, { name: "node" }));
}

interface Run {
  readonly results: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly locations: readonly [
      { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } },
    ];
    readonly partialFingerprints: Readonly<Record<string, string>>;
  }[];
}

function runOf(findings: readonly Finding[], pathOf: (file: string) => string = (file) => file): Run {
  // Its shape is what the first test proves.
  return (lintSarif(findings, { version: "1.2.3", pathOf }) as unknown as { readonly runs: readonly [Run] }).runs[0];
}

function printsOf(findings: readonly Finding[]): readonly string[] {
  return runOf(findings).results.flatMap(({ partialFingerprints }) => Object.values(partialFingerprints));
}

describe("lintSarif", () => {
  it("is as the published schema has it, with a rule for every check and its index in every result", () => {
    const findings = findingsIn(FILES);
    const log = lintSarif(findings, { version: "1.2.3", pathOf: (file) => file });
    expect(faults(log, "log", "log")).toEqual([]);
    expect(faults({ runs: [{ tool: { driver: {} }, more: 1 }] }, "log", "log")).toEqual([
      "log lacks version!",
      "log.runs[0].tool.driver lacks name!",
      "log.runs[0] has more",
    ]);
    const { results } = runOf(findings);
    expect(results.map(({ ruleId }) => ruleId)).toEqual(findings.map(({ check }) => check));
    expect(results.every(({ ruleId, ruleIndex }) => lintChecks[ruleIndex]?.name === ruleId)).toBe(true);
    expect(results.length).toBeGreaterThan(3);
  });

  it("has a sentence for each check, and none for others", () => {
    expect(Object.keys(catalogues.en.checks)).toEqual(lintChecks.map(({ name }) => name).toSorted());
  });

  it("keeps a finding's fingerprint while its line moves, and tells alike ones apart", () => {
    const before = printsOf(findingsIn(FILES));
    expect(new Set(before).size).toBe(before.length);
    const moved = FILES["iptables-save.txt"]?.replace("-A INPUT", "-A INPUT -i lo -j ACCEPT\n-A INPUT") ?? "";
    expect(printsOf(findingsIn({ ...FILES, "iptables-save.txt": moved }))).toEqual(expect.arrayContaining([...before]));
  });

  it("names files as URIs by the paths that people know", () => {
    const uris = (pathOf: (file: string) => string): readonly string[] =>
      runOf(findingsIn({ "sysctl.txt": FILES["sysctl.txt"] ?? "" }), pathOf).results.map(
        ({ locations: [{ physicalLocation }] }) => physicalLocation.artifactLocation.uri,
      );
    expect(uris((file) => `a b/${file}`)).toEqual(["a%20b/sysctl.txt"]);
    expect(uris((file) => `/tmp/节点/${file}`)).toEqual(["file:///tmp/%E8%8A%82%E7%82%B9/sysctl.txt"]);
    expect(uris(() => "\ud800")).toEqual(["%EF%BF%BD"]);
  });
});
