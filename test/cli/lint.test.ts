import { describe, expect, it } from "vitest";
import { hookwalk, session } from "./hookwalk.ts";

const ACK = ["lint", "-f", "test/nodes/ack-cilium", "-q"];

describe("hookwalk lint", () => {
  it.each([
    ["text", ACK],
    ["chinese", [...ACK, "--lang", "zh"]],
    ["github", [...ACK, "-o", "github"]],
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
    [["-f", "test/nodes/ack-cilium"], 1],
    [["-f", "test/nodes/calico-slave1"], 0],
    [["-f", "test/nodes/calico-slave1", "--fail-on", "warning"], 1],
    [["-f", "test/nodes/cilium-native", "--fail-on", "info"], 0],
    [["-f", "test/nodes/ack-cilium", "--fail-on", "nothing"], 2],
  ])("%j exits with %i", (argv, code) => {
    expect(hookwalk(["lint", "-q", ...argv]).exitCode).toBe(code);
  });
});
