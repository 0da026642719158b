import { expect, it } from "vitest";
import { parseIptablesSave, printIptablesRestore, printIptablesSave } from "@hookwalk/engine";
import type { Family, Table } from "@hookwalk/engine";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { renderedBy } from "../render/kube-proxy/render.ts";
import { comparable } from "../comparable.ts";
import { describeKernel } from "./require-kernel.ts";

const tools = [
  ["iptables-nft", "ip"],
  ["iptables-legacy", "ip"],
  ["ip6tables-nft", "ip6"],
  ["ip6tables-legacy", "ip6"],
] as const;

/** Loads a dump in a network namespace of its own, and reads what the tool then saves. */
function loadedAndSaved(tool: string, text: string, flag = ""): readonly Table[] {
  const script = `${tool}-restore ${flag} && ${tool}-save`;
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: text });
  expect(status, stderr).toBe(0);
  const { value, diagnostics } = parseIptablesSave(stdout, tool);
  expect(diagnostics).toEqual([]);
  return value;
}

/** Chains with their rules, by table and name: the tools list both in orders of their own. */
function contentsOf(tables: readonly Table[]): unknown {
  const chains = tables.flatMap(({ name: table, chains }) =>
    chains.map(({ name, policy, rules }) => [`${table} ${name}`, policy, rules] as const),
  );
  const sorted = chains.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return comparable(sorted, ["file", "counters"]);
}

describeKernel("what kube-proxy is rendered to loads, and what the tool then saves is the same", () => {
  const { snapshot, inserted } = renderedBy("kube-proxy");
  it.each(tools)("%s", (tool, family: Family) => {
    const tables = snapshot.tables[family] ?? [];
    const saved = loadedAndSaved(tool, printIptablesSave(tables));
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });

  it.each(tools)("as input for %s-restore --noflush, too", (tool, family: Family) => {
    const tables = snapshot.tables[family] ?? [];
    const saved = loadedAndSaved(tool, printIptablesRestore(tables, inserted), "--noflush");
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });
});
