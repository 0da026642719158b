import { expect, it } from "vitest";
import { calicoFindings, parseIptablesSave, printIptablesSave, printRule } from "@hookwalk/engine";
import type { Table } from "@hookwalk/engine";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { renderCalico } from "../../packages/engine/src/render/calico/render-calico.ts";
import { everything } from "../nodes/calico-render-input.ts";
import { describeKernel } from "./require-kernel.ts";

/** Loads tables in a network namespace of its own, the sets that they name before them, and prints what is there then. */
function loadedAndSaved(tool: string, tables: readonly Table[]): string {
  const text = printIptablesSave(tables);
  const names = new Set([...text.matchAll(/--match-set (\S+)/g)].map(([, name = ""]) => name));
  const family = tool.startsWith("ip6") ? "inet6" : "inet";
  const sets = [...names].map((name) => `create ${name} hash:net family ${family}\n`).join("");
  const script = `
    set -e
    ipset restore <<'SETS'
${sets}SETS
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

describeKernel("what Felix 2.1 writes for one of everything loads, and comes back the same", () => {
  it.each([
    ["iptables-legacy", "ip"],
    ["iptables-nft", "ip"],
    ["ip6tables-legacy", "ip6"],
    ["ip6tables-nft", "ip6"],
  ] as const)("%s", (tool, family) => {
    const rendered = renderCalico(everything(family));
    const saved = parseIptablesSave(loadedAndSaved(tool, rendered), "saved").value;
    expect(said(rendered).size).toBeGreaterThan(40);
    const kept = new Map([...said(saved)].filter(([chain]) => said(rendered).has(chain)));
    expect(kept).toEqual(said(rendered));
    // The other way: from what the kernel holds, every hash can be found again.
    expect(calicoFindings(saved, printRule)).toEqual([]);
  });
});
