import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hookwalk, session } from "./hookwalk.ts";

const NODE = "test/nodes/calico-slave2";
const WRONG = "test/cli/fixtures/wrong-expectations.yaml";
const CLAIMS = "test/cli/fixtures/claims.yaml";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hookwalk-test-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function written(tests: string): string {
  const path = join(folder, "tests.yaml");
  writeFileSync(path, `apiVersion: hookwalk.dev/v1\nkind: PacketTests\nmetadata: { name: x }\ntests:\n${tests}`);
  return path;
}

describe("hookwalk test", () => {
  it.each([
    ["passing", ["test", "-q", "-f", NODE, `${NODE}/tests.yaml`]],
    ["failing", ["test", "-q", "-f", NODE, WRONG]],
    ["failing-chinese", ["test", "-q", "-f", NODE, WRONG, "--lang", "zh"]],
    ["junit", ["test", "-q", "-f", NODE, WRONG, "-o", "junit"]],
    ["github", ["test", "-q", "-f", NODE, WRONG, "-o", "github"]],
    ["claims", ["test", "-q", "-f", NODE, CLAIMS]],
    ["claims-chinese", ["test", "-q", "-f", NODE, CLAIMS, "--lang", "zh"]],
    ["claims-junit", ["test", "-q", "-f", NODE, CLAIMS, "-o", "junit"]],
    ["claims-github", ["test", "-q", "-f", NODE, CLAIMS, "-o", "github"]],
  ])("prints what the golden test-%s shows", async (name, argv) => {
    await expect(session(argv)).toMatchFileSnapshot(`goldens/test-${name}.txt`);
  });

  it("gives the same as JSON", () => {
    const { stdout, exitCode } = hookwalk(["test", "-q", "-f", NODE, WRONG, "-j"]);
    const { tests } = JSON.parse(stdout) as { readonly tests: readonly unknown[] };
    expect(exitCode).toBe(3);
    expect(tests[0]).toEqual({
      suite: "database",
      name: "a frontend reaches it",
      holds: false,
      span: { file: WRONG, line: 7 },
      problems: [],
      mismatches: [
        { what: "verdict", wanted: "accept", got: "drop", conditions: [] },
        { what: "oif", wanted: "cali0ef24b3", got: "-", conditions: [] },
      ],
    });
  });

  it("holds where every outcome does what is expected, and says which does not", () => {
    const rules = join(folder, "iptables-save.txt");
    writeFileSync(
      rules,
      "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m statistic --mode random --probability 0.5 -j DROP\nCOMMIT\n",
    );
    const one = written(
      "  - { name: a, packet: { at: input, iif: eth0, src: 10.0.0.1, dst: 10.0.0.2, dport: 80 }, expect: { verdict: drop } }\n",
    );
    const { stdout, exitCode } = hookwalk(["test", "-q", "-f", rules, one]);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining("wanted drop")]);
    expect(stdout).toContain("IF NOT random choice");
  });

  it("says what cannot be read, and not that there is nothing", () => {
    const path = written("  - { name: a, nevr: dropped }\n");
    const { stdout, stderr, exitCode } = hookwalk(["test", "-f", NODE, path]);
    expect([stdout, exitCode]).toEqual(["\n0 hold, 0 do not\n", 3]);
    expect(stderr).toContain("tests.yaml:5:22: PacketTests x: there is no field tests[0].nevr");
    expect(stderr).toContain("This object is left out.");
    expect(stderr).not.toContain("no tests");
  });

  it.each([
    [
      "a packet that is none",
      "  - { name: a, packet: { src: 10.0.0.300 }, expect: { verdict: drop } }\n",
      "tests.yaml:5",
    ],
    ["an option that is none", "  - { name: a, packet: { sorc: 10.0.0.1 }, expect: { verdict: drop } }\n", "sorc"],
    ["an expectation that is none", "  - { name: a, packet: {}, expect: { verdikt: drop } }\n", "verdikt"],
    ["nothing expected", "  - { name: a, packet: {}, expect: {} }\n", "decidedBy"],
    ["a packet of which nothing is expected", "  - { name: a, packet: {} }\n", "never | always | exists"],
    ["a claim beside a packet", '  - { name: a, packet: {}, never: "dropped" }\n', "never | always | exists"],
    ["two claims", '  - { name: a, always: "dropped", never: "dropped" }\n', "never | always | exists"],
    ["a claim that is none", '  - { name: a, never: "dripped" }\n', "“dripped” is not expected here"],
  ])("refuses %s, with its place", (_, tests, said) => {
    const { stdout, stderr, exitCode } = hookwalk(["test", "-f", NODE, written(tests)]);
    expect(exitCode).not.toBe(0);
    expect(exitCode).not.toBe(1);
    expect(stdout + stderr).toContain(said);
  });
});
