import type { Family, Snapshot, Table } from "@hookwalk/engine";
import { printIptablesSave } from "@hookwalk/engine";
import type { CommandRunner } from "../process/command-runner.ts";
import { runOrThrow } from "../process/command-runner.ts";
import type { LoadedRules } from "./tracer.ts";
import { chainKey, tableKey } from "./tracer.ts";

export const FAMILIES: readonly Family[] = ["ip", "ip6"];

/** Rules of one family and one backend, as the tool's own restore reads them. */
export interface RulesText {
  readonly family: Family;
  readonly backend: "legacy" | "nft";
  readonly text: string;
}

const TOOLS: Readonly<Record<Family, string>> = { ip: "iptables", ip6: "ip6tables" };

/** Loads rules of iptables over those of the same tables, then those of nft itself. */
export function restoreRules(runner: CommandRunner, rules: readonly RulesText[], nft = ""): LoadedRules {
  for (const { family, backend, text } of rules) {
    if (text !== "") runOrThrow(runner, [`${TOOLS[family]}-${backend}-restore`], { stdin: text });
  }
  const counts = new Map<string, number>();
  for (const family of new Set(rules.filter(({ backend }) => backend === "legacy").map((rule) => rule.family))) {
    countRules(family, runOrThrow(runner, [`${TOOLS[family]}-legacy-save`]), counts);
  }
  if (nft !== "") runOrThrow(runner, ["nft", "-f", "-"], { stdin: nft });
  return { legacy: counts, tables: nftTablesOf(rules) };
}

function nftTablesOf(rules: readonly RulesText[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ family, backend, text }) =>
      backend === "nft" ? [...text.matchAll(/^\*(\S+)/gm)].map(([, name = ""]) => tableKey(family, name)) : [],
    ),
  );
}

function countRules(family: Family, saved: string, counts: Map<string, number>): void {
  let table = "";
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    else if (line.startsWith("-A ")) {
      const key = chainKey(family, table, line.split(" ", 2)[1] ?? "");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
}

/** The snapshot's tables as input of the restore tools. */
export function rulesOf(snapshot: Snapshot, unknown: "legacy" | "nft"): readonly RulesText[] {
  return FAMILIES.flatMap((family) => {
    const tables = snapshot.tables[family] ?? [];
    const held = (by: "legacy" | "nft"): readonly Table[] =>
      tables.filter(({ backend }) => (backend === "unknown" ? unknown : backend) === by);
    return (["legacy", "nft"] as const)
      .map((backend) => ({ family, backend, text: printIptablesSave(held(backend).map(committed)) }))
      .filter(({ text }) => text !== "");
  });
}

function committed(table: Table): Table {
  return { ...table, committed: true };
}
