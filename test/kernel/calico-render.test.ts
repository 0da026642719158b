import { expect, it } from "vitest";
import { calicoFindings, parseIptablesSave, printIptablesSave, printRule } from "@hookwalk/engine";
import type { Table } from "@hookwalk/engine";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { renderCalico } from "../../packages/engine/src/render/calico/render-calico.ts";
import { everything, everythingLater } from "../nodes/calico-render-input.ts";
import { describeKernel } from "./require-kernel.ts";

/** What a set must hold for its matches to be taken: `src,src` asks an address and a port. */
function setsOf(text: string, family: string): string {
  const asked = [...text.matchAll(/--match-set (\S+) (\S+)/g)];
  const types = new Map(
    asked.map(([, name = "", way = ""]) => [name, way.includes(",") ? "hash:ip,port" : "hash:net"] as const),
  );
  return [...types].map(([name, type]) => `create ${name} ${type} family ${family}\n`).join("");
}

/** Loads tables in a network namespace of its own, the sets that they name before them, and prints what is there then. */
function loadedAndSaved(tool: string, tables: readonly Table[]): string {
  const text = printIptablesSave(tables);
  const script = `
    set -e
    ipset restore <<'SETS'
${setsOf(text, tool.startsWith("ip6") ? "inet6" : "inet")}SETS
    ${tool}-restore
    ${tool}-save`;
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: text });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Chains and what their rules say, wherever they stand. */
function said(tables: readonly Table[]): ReadonlyMap<string, unknown> {
  return new Map(
    tables.flatMap(({ name, chains }) =>
      chains.map((chain) => [
        `${name}/${chain.name}`,
        chain.rules.map((rule) => ({ ...rule, file: "", line: 0, counters: null })),
      ]),
    ),
  );
}

const TOOLS = [
  ["iptables-legacy", "ip"],
  ["iptables-nft", "ip"],
  ["ip6tables-legacy", "ip6"],
  ["ip6tables-nft", "ip6"],
] as const;

function expectSame(tool: string, rendered: readonly Table[]): void {
  const saved = parseIptablesSave(loadedAndSaved(tool, rendered), "saved").value;
  expect(said(rendered).size).toBeGreaterThan(40);
  const kept = new Map([...said(saved)].filter(([chain]) => said(rendered).has(chain)));
  expect(kept).toEqual(said(rendered));
  // The other way: from what the kernel holds, every hash can be found again.
  expect(calicoFindings(saved, printRule)).toEqual([]);
}

describeKernel("what Felix 2.1 writes for one of everything loads, and comes back the same", () => {
  it.each(TOOLS)("%s", (tool, family) => {
    expectSame(tool, renderCalico(everything(family)));
  });
});

describeKernel("and so does what later versions write", () => {
  const settings = [
    ["2.4.0", { filterAllow: "RETURN", mangleAllow: "RETURN" }],
    ["2.6.0", {}],
    ["3.1.0", {}],
    ["3.2.0", {}],
    ["3.7.0", { filterAllow: "RETURN", mangleAllow: "RETURN" }],
    ["3.12.0", {}],
    ["3.16.0", {}],
    ["3.26.0", { deny: "REJECT", filterAllow: "RETURN", mangleAllow: "RETURN" }],
    ["3.30.0", { flowLogs: true }],
    ["3.32.0", { natPortRange: { from: 40_000, to: 50_000 }, natOutgoingInterface: "eth+" }],
  ] as const;
  const all = TOOLS.flatMap(([tool, family]) =>
    settings.map(([version, felix]) => [tool, version, family, felix] as const),
  );
  it.each(all)("%s, %s", (tool, version, family, felix) => {
    expectSame(tool, renderCalico(everythingLater(family, version, felix)));
  });
});
