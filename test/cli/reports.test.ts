import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { nodeNames } from "../nodes/node.ts";
import { hookwalk, ROOT, withFiles } from "./hookwalk.ts";
import { parseXml } from "./xml.ts";
import type { Element } from "./xml.ts";

/** A JSON document of this clone. */
function jsonOf(path: string): object {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as object;
}

const ajv = new Ajv({ schemaId: "id", meta: false, format: "full" });
ajv.addMetaSchema(jsonOf("node_modules/ajv/lib/refs/json-schema-draft-04.json"));
const isSarif = ajv.compile(jsonOf("test/cli/fixtures/sarif-2.1.0.schema.json"));

/** What the schema has against a document; empty: nothing. */
function faultsOf(sarif: string): readonly string[] {
  void isSarif(JSON.parse(sarif));
  return (isSarif.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ""}`);
}

describe("SARIF", () => {
  it.each(nodeNames)("of %s is as its schema says", (node) => {
    const { stdout } = hookwalk(["lint", "-q", "-f", `test/nodes/${node}`, "-o", "sarif"]);
    expect(faultsOf(stdout)).toEqual([]);
  });

  it("of a file with a strange name is as its schema says, and of no finding, too", () => {
    const rules = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m mark --mark 0x5/0x4 -j DROP\nCOMMIT\n";
    const sound = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    withFiles({ "iptables-save ü#?%:.txt": rules, "sound.txt": sound }, (room) => {
      const { stdout } = hookwalk(["lint", "-q", "-f", join(room, "iptables-save ü#?%:.txt"), "-o", "sarif"]);
      expect(stdout).toContain("iptables-save%20%C3%BC%23%3F%25%3A.txt");
      expect(faultsOf(stdout)).toEqual([]);
      expect(faultsOf(hookwalk(["lint", "-q", "-f", join(room, "sound.txt"), "-o", "sarif"]).stdout)).toEqual([]);
    });
  });

  it("that is none is found out", () => {
    const { stdout } = hookwalk(["lint", "-q", "-f", "test/nodes/calico-slave1", "-o", "sarif"]);
    expect(faultsOf(stdout.replace('"level": "warning"', '"level": "bad"'))).not.toEqual([]);
    expect(faultsOf(stdout.replace('"uri": "', '"uri": "%'))).not.toEqual([]);
    expect(faultsOf(stdout.replace('"startLine": 121', '"startLine": 0'))).not.toEqual([]);
  });
});

/** Names that some writer of reports would not get through: markup, what ends a line, what XML cannot hold, GitHub's own signs. */
const NAMES = [
  `a <b> & "c" 'd' ]]> --> `,
  "two\nlines\tand\ra return",
  "::error file=x,line=1::%0A 100%",
  "\u0001 \u007f \u{1f525} 中文 \ufffe",
];

const TESTS = JSON.stringify({
  apiVersion: "hookwalk.dev/v1",
  kind: "PacketTests",
  metadata: { name: NAMES[0] },
  tests: [
    ...NAMES.map((name) => ({ name, always: "dropped" })),
    { name: "holds", exists: "accepted" },
    { name: "is none", never: "]]> dripped & ::" },
  ],
});

/** Elements by what may stand in them, and attributes: those that must be there first. Jenkins' junit-10.xsd; `file` and `line` as pytest and GitLab have them. */
const JUNIT: Readonly<Record<string, readonly [children: string, needs: string, takes: string]>> = {
  testsuites: ["testsuite", "", "name time tests failures errors"],
  testsuite: [
    "testsuite properties testcase system-out system-err",
    "name tests failures errors",
    "time skipped timestamp hostname id package file log url",
  ],
  testcase: ["skipped error failure system-out system-err", "name", "time classname group file line"],
  failure: ["", "", "type message"],
  error: ["", "", "type message"],
};

function* junitFaults({ name, attributes, children }: Element): Iterable<string> {
  const [within = "", needs = "", takes = ""] = JUNIT[name] ?? [];
  if (JUNIT[name] === undefined) yield `there is no ${name}`;
  const has = Object.keys(attributes);
  for (const need of needs.split(" ").filter(Boolean)) if (!has.includes(need)) yield `${name} without ${need}`;
  for (const one of has) if (!`${needs} ${takes}`.split(" ").includes(one)) yield `${name} with ${one}`;
  for (const child of children) {
    if (!within.split(" ").includes(child.name)) yield `${child.name} in ${name}`;
    yield* junitFaults(child);
  }
}

function reportOf(form: string): { readonly report: string; readonly path: string } {
  return withFiles({ "tests.yaml": TESTS }, (room) => {
    const path = join(room, "tests.yaml");
    const { stdout, exitCode } = hookwalk(["test", "-q", "-f", "test/nodes/calico-slave2", path, "-o", form]);
    expect(exitCode).toBe(3);
    return { report: stdout, path };
  });
}

describe("hookwalk test with names of every kind", () => {
  it("as JUnit is well-formed, of known elements, and counts what it holds", () => {
    const { report, path } = reportOf("junit");
    const root = parseXml(report);
    expect([...junitFaults(root)]).toEqual([]);
    const [suite] = root.children;
    expect(suite?.attributes).toEqual({ name: NAMES[0], tests: "6", failures: "4", errors: "1" });
    const cases = suite?.children ?? [];
    // XML 1.0 has no place for these two.
    const kept = NAMES.map((name) => name.replaceAll("\u0001", "\ufffd").replaceAll("\ufffe", "\ufffd"));
    expect(cases.map(({ attributes }) => attributes["name"])).toEqual([...kept, "holds", "is none"]);
    expect(cases.map(({ children }) => children.map(({ name }) => name).join())).toEqual([
      ...NAMES.map(() => "failure"),
      "",
      "error",
    ]);
    expect(cases.every(({ attributes }) => attributes["file"] === path)).toBe(true);
    expect(cases.at(-1)?.children[0]?.text).toContain("“]]>” is not expected here");
  });

  it("as GitHub's commands is a line for each that does not hold, which its runner reads back", () => {
    const { report, path } = reportOf("github");
    const commands = report.trimEnd().split("\n").map(commandOf);
    expect(commands.map(({ level, properties: { title } }) => [level, title])).toEqual(
      [...NAMES, "is none"].map((name) => ["error", `${NAMES[0] ?? ""}: ${name}`]),
    );
    expect(commands.every(({ properties: { file } }) => file === path)).toBe(true);
    expect(commands.at(-1)?.message).toContain("“]]>” is not expected here");
  });
});

interface Command {
  readonly level: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** As the runner reads a line (actions/runner, src/Runner.Common/ActionCommand.cs TryParseV2). */
function commandOf(line: string): Command {
  const end = line.indexOf("::", 2);
  const [level = "", ...rest] = line.slice(2, end).split(" ");
  const properties = rest
    .join(" ")
    .split(",")
    .map((one) => {
      const at = one.indexOf("=");
      return [one.slice(0, at), unescaped(one.slice(at + 1))] as const;
    });
  return { level, properties: Object.fromEntries(properties), message: unescaped(line.slice(end + 2)) };
}

function unescaped(text: string): string {
  return text.replaceAll(/%(0D|0A|3A|2C|25)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
