import { expect } from "vitest";
import { parseIptablesSave } from "@hookwalk/engine";
import type { Table } from "@hookwalk/engine";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { comparable } from "../comparable.ts";

/** Both flavours of iptables, and the family whose tables each loads. */
export const TABLE_TOOLS = [
  ["iptables-nft", "ip"],
  ["iptables-legacy", "ip"],
  ["ip6tables-nft", "ip6"],
  ["ip6tables-legacy", "ip6"],
] as const;

/** Loads a dump in a network namespace of its own, `sets` (for `ipset restore`) before it, and reads what the tool then saves. */
export function loadedAndSaved(
  tool: string,
  text: string,
  { flag = "", sets = "" }: { readonly flag?: string; readonly sets?: string } = {},
): readonly Table[] {
  const restored = sets === "" ? "" : `ipset restore <<'SETS' &&\n${sets}SETS\n`;
  const script = `${restored}${tool}-restore ${flag} && ${tool}-save`;
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: text });
  expect(status, stderr).toBe(0);
  const { value, diagnostics } = parseIptablesSave(stdout, tool);
  expect(diagnostics).toEqual([]);
  return value;
}

/** Chains with their rules, by table and name: the tools list both in orders of their own. */
export function contentsOf(tables: readonly Table[]): unknown {
  const chains = tables.flatMap(({ name: table, chains }) =>
    chains.map(({ name, policy, rules }) => [`${table} ${name}`, policy, rules] as const),
  );
  const sorted = chains.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return comparable(sorted, ["file", "counters"]);
}
