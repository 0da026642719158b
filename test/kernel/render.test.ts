import { expect, it } from "vitest";
import {
  parseIptablesSave,
  parseNft,
  printIpset,
  printIptablesRestore,
  printIptablesSave,
  printNftScript,
} from "@hookwalk/engine";
import type { Family, NftTable, Rule, Table } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { extremes } from "../render/kube-proxy/extremes.ts";
import { inMode, ofVersion, rendered, renderedBy } from "../render/kube-proxy/render.ts";
import { comparableNft } from "../comparable.ts";
import { contentsOf, loadedAndSaved, TABLE_TOOLS } from "./load-tables.ts";
import { describeKernel } from "./require-kernel.ts";

/** Loads a script in a network namespace of its own, twice, and reads what nft then lists. */
function loadedAndListed(text: string): readonly NftTable[] {
  const script = 'rules=$(cat); for n in 1 2; do echo "$rules" | nft -f - || exit; done; nft list ruleset';
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: text });
  expect(status, stderr).toBe(0);
  const { value, diagnostics } = parseNft(stdout, "nft");
  expect(diagnostics).toEqual([]);
  return value;
}

describeKernel("mode nftables loads, however often, and what nft then lists is the same", () => {
  const ranges = "[203.0.113.0/24, 203.0.114.0/25, 192.0.2.0/24, 203.0.113.9/32]";
  it.each([
    ["as it is", inMode("nftables")],
    ["filters behind DNAT", ofVersion("1.34.0", inMode("nftables"))],
    [
      "node ports everywhere",
      inMode("nftables").replace("mode: nftables", "mode: nftables\nnodePortAddresses: [0.0.0.0/0]"),
    ],
    ["services at the edges of the API", extremes("nftables", "v1.33.0")],
    ["services at the edges of the API, behind DNAT", extremes("nftables", "v1.34.1")],
    ["ranges that touch", inMode("nftables").replace("[203.0.113.0/24]", ranges)],
    [
      "pods told by their device",
      inMode("nftables").replace(
        "mode: nftables",
        "mode: nftables\ndetectLocalMode: InterfaceNamePrefix\ndetectLocal: { interfaceNamePrefix: cali }",
      ),
    ],
  ])("%s", (_what, text) => {
    const tables = renderedBy("kube-proxy", text, "warning").snapshot.nft ?? [];
    expect(tables).toHaveLength(2);
    expect(comparableNft(loadedAndListed(printNftScript(tables)))).toEqual(comparableNft(tables));
  });
});

describeKernel("what kube-proxy is rendered to loads, and what the tool then saves is the same", () => {
  const { snapshot, inserted } = renderedBy("kube-proxy");
  it.each(TABLE_TOOLS)("%s", (tool, family: Family) => {
    const tables = snapshot.tables[family] ?? [];
    const saved = loadedAndSaved(tool, printIptablesSave(tables));
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });

  it.each(TABLE_TOOLS)("as input for %s-restore --noflush, too", (tool, family: Family) => {
    const tables = snapshot.tables[family] ?? [];
    const saved = loadedAndSaved(tool, printIptablesRestore(tables, inserted), { flag: "--noflush" });
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });
});

describeKernel("services at the edges of the API load in every mode, and what the tools then save is the same", () => {
  it.each(
    (["v1.24.0", "v1.30.0"] as const).flatMap((version) =>
      TABLE_TOOLS.map(([tool, family]) => [version, tool, family] as const),
    ),
  )("ipvs %s: %s", (version, tool, family: Family) => {
    const { snapshot, added } = renderedBy("kube-proxy", extremes("ipvs", version));
    // This kernel has no `-m ipvs`.
    const tables = (snapshot.tables[family] ?? []).map((table) => withoutMatch(table, "ipvs"));
    const saved = loadedAndSaved(tool, printIptablesSave(tables), { sets: printIpset(added.sets) });
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });

  it.each(TABLE_TOOLS)("iptables: %s", (tool, family: Family) => {
    const tables = renderedBy("kube-proxy", extremes("iptables", "v1.30.0")).snapshot.tables[family] ?? [];
    const saved = loadedAndSaved(tool, printIptablesSave(tables));
    expect(contentsOf(saved)).toEqual(contentsOf(tables));
  });
});

/** A table without the rules that ask a match which this kernel lacks. */
function withoutMatch(table: Table, name: string): Table {
  const hasIt = (rule: Rule): boolean => rule.matches.some((match) => match.name === name);
  return {
    ...table,
    rules: table.rules.filter((rule) => !hasIt(rule)),
    chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.filter((rule) => !hasIt(rule)) })),
  };
}

describeKernel("kube-proxy's counters load where their objects are, as a lab makes them", () => {
  const snapshot = rendered(ofVersion("1.34.0"));
  it.each(TABLE_TOOLS)("%s", async (tool, family: Family) => {
    const tables = snapshot.tables[family] ?? [];
    const text = printIptablesSave(tables);
    expect(text).toContain("-m nfacct");
    const backend = tool.endsWith("nft") ? "nft" : "legacy";
    const lab = await createLab(snapshot, { rules: [{ family, backend, text }] });
    try {
      const { value: saved, diagnostics } = parseIptablesSave(lab.run([`${tool}-save`]), tool);
      expect(diagnostics).toEqual([]);
      expect(contentsOf(saved)).toEqual(contentsOf(tables));
    } finally {
      lab.close();
    }
  });
});
