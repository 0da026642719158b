import fc from "fast-check";
import { expect, it } from "vitest";
import { parseIpset, parseIptablesSave, printIpset, printIptablesSave } from "@hookwalk/engine";
import type { IpSet, Snapshot, Table } from "@hookwalk/engine";
import type { DesiredState } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { comparable } from "../comparable.ts";
import { casesFor, policyCases, readAll } from "../policy/objects.ts";
import { randomObjects } from "../policy/random-objects.ts";
import { describeKernel } from "./require-kernel.ts";

const TOOLS = [
  ["iptables-nft", "ip"],
  ["iptables-legacy", "ip"],
  ["ip6tables-nft", "ip6"],
  ["ip6tables-legacy", "ip6"],
] as const;

/** What the tools save in a network namespace of its own after they have loaded sets and tables. */
function loadedAndSaved(tool: string, sets: readonly IpSet[], tables: readonly Table[]): readonly [string, string] {
  const script = `
    set -e
    ipset restore <<'SETS'
${printIpset(sets)}SETS
    ${tool}-restore
    ${tool}-save
    echo ---
    ipset save -s`;
  const stdin = printIptablesSave(tables);
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin });
  expect(status, stderr).toBe(0);
  const [rules = "", saved = ""] = stdout.split("---\n");
  return [rules, saved];
}

/** Chains with their rules, by table and name. */
function contentsOf(tables: readonly Table[]): unknown {
  const chains = tables.flatMap(({ name: table, chains }) =>
    chains.map(({ name, policy, rules }) => [`${table} ${name}`, policy, rules] as const),
  );
  const sorted = chains.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return comparable(sorted, ["file", "counters"]);
}

function members(sets: readonly IpSet[]): ReadonlyMap<string, readonly string[]> {
  return new Map(sets.map(({ name, type, elements }) => [`${type} ${name}`, elements.map(({ text }) => text).sort()]));
}

function rendered(name: string): Snapshot {
  const found = policyCases().find((each) => each.name.includes(name));
  if (found === undefined) throw new Error(name);
  return renderedOf(found.state);
}

function renderedOf(state: DesiredState): Snapshot {
  const { value } = renderOwners(["calico"], state);
  if (value === null) throw new Error("nothing is rendered");
  return value.snapshot;
}

/** Sets of policies at random. */
const RUNS = Number(process.env["HOOKWALK_POLICY_RUNS"] ?? 2);

function atRandom(): readonly (readonly [name: string, snapshot: Snapshot])[] {
  return fc
    .sample(randomObjects(true), { numRuns: RUNS, seed: 20_261_127 })
    .map(
      (text, at) =>
        [`at random ${String(at)}`, renderedOf(casesFor(readAll("random.yaml", text), "iptables"))] as const,
    );
}

describeKernel(
  "what Felix writes for a cluster's objects loads, sets and rules, and is what the tools then save",
  () => {
    const snapshots = [
      ...["both-apis", "three-tiers", "many-policies", "network-sets"].map((name) => [name, rendered(name)] as const),
      ...atRandom(),
    ];
    const all = TOOLS.flatMap(([tool, family]) =>
      snapshots.map(([name, snapshot]) => [tool, name, family, snapshot] as const),
    );
    it.each(all)("%s, %s", (tool, _name, family, snapshot) => {
      const tables = snapshot.tables[family] ?? [];
      const sets = (snapshot.sets ?? []).filter((set) => set.family === family);
      expect(tables.length).toBe(4);
      expect(sets.length).toBeGreaterThanOrEqual(2);
      const [rules, saved] = loadedAndSaved(tool, sets, tables);
      expect(contentsOf(parseIptablesSave(rules, tool).value)).toEqual(contentsOf(tables));
      expect(members(parseIpset(saved, "ipset").value)).toEqual(members(sets));
    });
  },
);
