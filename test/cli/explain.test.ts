import { describe, expect, it } from "vitest";
import { hookwalk, session } from "./hookwalk.ts";

const NODE = ["-f", "test/nodes/cilium-tunnel", "-q"];

describe("hookwalk explain", () => {
  it.each([
    ["rule", ["mangle/CILIUM_PRE_mangle/2"]],
    ["rule-chinese", ["mangle", "CILIUM_PRE_mangle", "2", "--lang", "zh"]],
    ["chain", ["nat/KUBE-POSTROUTING"]],
    ["mark", ["--mark", "0x23420200"]],
    ["routing-rule", ["ip-rule/9"]],
    ["set", ["set/KUBE-CLUSTER-IP"]],
    ["markdown", ["filter/KUBE-FIREWALL", "-o", "markdown"]],
    ["json", ["filter/CILIUM_INPUT", "-o", "json"]],
    ["mark-json", ["mark/0x4000", "-o", "json"]],
    ["unknown-chain", ["filter/CILIUM_FOWARD"]],
    ["unknown-set", ["set/KUBE-CLUSTR-IP"]],
    ["unknown-rule", ["filter/FORWARD/9"]],
    ["bad-mark", ["--mark", "0xg"]],
  ])("prints what the golden %s shows", async (name, argv) => {
    await expect(session(["explain", ...NODE, ...argv])).toMatchFileSnapshot(`goldens/explain-${name}.txt`);
  });

  it("finds a chain whose name holds a slash and a number", () => {
    const dump = "*filter\n:cali-pi-shop/knp.default/1 - [0:0]\n-A cali-pi-shop/knp.default/1 -j DROP\nCOMMIT\n";
    const titles = (path: string): readonly string[] =>
      hookwalk(["explain", "-f", "-", "-q", path], { stdin: dump }).stdout.match(/^filter\S*/gm) ?? [];
    const chain = "filter/cali-pi-shop/knp.default/1";
    expect(titles(chain)).toEqual([chain, `${chain}/1`]);
    expect(titles(`${chain}/1`)).toEqual([chain, `${chain}/1`]);
  });

  it("keeps to one family", () => {
    const dump = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j DROP\nCOMMIT\n";
    const shown = (...argv: readonly string[]): string =>
      hookwalk(["explain", "-f", "-", "-q", ...argv], { stdin: dump }).stdout;
    expect(shown("-4")).toContain("ip filter");
    expect(shown("ip6")).not.toContain("filter");
    expect(shown("-6")).not.toContain("filter");
  });

  it("neutralises what a terminal would obey, and what Markdown would", () => {
    const dump =
      '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m comment --comment "\u001b[2J# *gone*\u202e" -j DROP\nCOMMIT\n';
    const shown = (...argv: readonly string[]): string =>
      hookwalk(["explain", "-f", "-", "-q", ...argv], { stdin: dump }).stdout;
    const isObeyed = (text: string): boolean => text.includes("\u001b") || text.includes("\u202e");
    expect(isObeyed(shown())).toBe(false);
    expect(isObeyed(shown("-o", "markdown"))).toBe(false);
    expect(shown("-o", "markdown")).toContain("\\# \\*gone\\*");
    expect(isObeyed(shown("-o", "json"))).toBe(false);
  });

  it("says as much where a dump names nobody known", () => {
    const { stdout, exitCode } = hookwalk(["explain", "-f", "-", "-q"], {
      stdin: "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -m comment --comment mine -j MASQUERADE\nCOMMIT\n",
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("[unknown]");
    expect(stdout).toContain("Comment: “mine”.");
  });
});
