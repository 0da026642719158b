import { describe, expect, it } from "vitest";
import { hookwalk, session } from "./hookwalk.ts";

const ACK = ["lint", "-f", "test/nodes/ack-cilium", "-q"];

describe("hookwalk lint", () => {
  it.each([
    ["text", ACK],
    ["chinese", [...ACK, "--lang", "zh"]],
    ["github", [...ACK, "-o", "github"]],
    ["list", ["lint", "--list"]],
    ["list-chinese", ["lint", "--list", "--lang", "zh"]],
    ["explain", ["lint", "--explain", "whole-mark-overwrite"]],
    ["explain-chinese", ["lint", "--explain", "whole-mark-overwrite", "--lang", "zh"]],
    ["explain-json", ["lint", "--explain", "set-nearly-full", "-j"]],
    ["explain-sarif", ["lint", "--explain", "set-nearly-full", "-o", "sarif"]],
  ])("prints what the golden %s shows", async (name, argv) => {
    await expect(session(argv)).toMatchFileSnapshot(`goldens/lint-${name}.txt`);
  });

  it("gives findings as JSON, the same in every language", () => {
    const json = hookwalk([...ACK, "-o", "json"]).stdout;
    expect(hookwalk([...ACK, "-j", "--lang", "zh"]).stdout).toBe(json);
    const report = JSON.parse(json) as { readonly findings: readonly { readonly message: string }[] };
    expect(report).toMatchObject({ apiVersion: "hookwalk.dev/v1", kind: "LintReport" });
    expect(report.findings.find(({ message }) => message.includes("0x95a40200"))).toMatchObject({
      check: "view-lost-match",
      severity: "error",
      where: {
        family: "ip",
        table: "mangle",
        chain: "CILIUM_PRE_mangle",
        rule: 4,
        span: { file: "iptables-save.txt", line: 14 },
      },
      related: [{ span: { line: 14 } }, { span: { file: "nft-ruleset.txt", line: 142 } }],
      witness: null,
    });
  });

  it.each([
    ["shadowed-rules", "Did you mean shadowed-rule?"],
    ["nat", "Did you mean conntrack-inactive-nat, nat-after-accept?"],
    ["zzz", "There is bridge-nf-call-off, "],
  ])("--explain %s: says which checks may be meant", (name, hint) => {
    const { stderr, exitCode } = hookwalk(["lint", "--explain", name]);
    expect([stderr.split("\n")[0], exitCode]).toEqual([`hookwalk: --explain: there is no “${name}”`, 2]);
    expect(stderr).toContain(hint);
  });

  it("gives findings as SARIF, at files by the path that was typed", () => {
    const uris = (path: string): ReadonlySet<string> => {
      const { stdout } = hookwalk(["lint", "-q", "-f", path, "-o", "sarif"]);
      return new Set([...stdout.matchAll(/"uri": "([^"]*)"/g)].map(([, uri]) => uri ?? ""));
    };
    expect(uris("test/nodes/calico-slave1")).toEqual(new Set(["test/nodes/calico-slave1/iptables-save.txt"]));
    const file = "test/nodes/calico-slave2/iptables-save.txt";
    expect(uris(file)).toEqual(new Set([file]));
  });

  it.each([
    [["-f", "test/nodes/calico-slave1"], 0],
    [["-f", "test/nodes/calico-slave1", "--fail-on", "warning"], 1],
    [["-f", "test/nodes/cilium-native", "--fail-on", "info"], 0],
    [["-f", "test/nodes/ack-cilium", "--fail-on", "nothing"], 2],
  ])("%j exits with %i", (argv, code) => {
    expect(hookwalk(["lint", "-q", ...argv]).exitCode).toBe(code);
  });
});
