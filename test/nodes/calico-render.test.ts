import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseIptablesSave, printRule } from "@hookwalk/engine";
import type { Rule, Table } from "@hookwalk/engine";
import { renderCalico } from "../../packages/engine/src/render/calico/render-calico.ts";
import { SLAVE1, SLAVE2 } from "./calico-render-input.ts";

const NODES = [
  ["calico-slave1", SLAVE1],
  ["calico-slave2", SLAVE2],
] as const;

const isFelix = (name: string): boolean => name.startsWith("cali-");

function dumped(node: string): readonly Table[] {
  const file = new URL(`${node}/iptables-save.txt`, import.meta.url);
  return parseIptablesSave(readFileSync(file, "utf8"), "iptables-save.txt").value;
}

function tableOf(tables: readonly Table[], name: string): Table {
  const table = tables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

/** What a rule says, wherever it stands in a file. */
function said(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => ({ ...rule, file: "", line: 0 }));
}

/** Rules of Felix: those of its own chains, and those of the kernel's chains that lead to them. */
function ofFelix({ rules }: Table): readonly Rule[] {
  return rules.filter(({ chain, target }) => isFelix(chain) || (target?.kind === "jump" && isFelix(target.chain)));
}

describe.each(NODES)("%s, rendered from values", (name, node) => {
  const [rendered, dump] = [renderCalico(node), dumped(name)];

  it.each(["raw", "nat", "filter"])("%s has the node's chains of Felix, in order", (table) => {
    const names = (tables: readonly Table[]): readonly string[] =>
      tableOf(tables, table).chains.flatMap((chain) => (isFelix(chain.name) ? [chain.name] : []));
    expect(names(rendered)).toEqual(names(dump));
  });

  it.each(["raw", "nat", "filter"])("%s is the same model as the node's own lines, in order", (table) => {
    const rules = said(tableOf(rendered, table).rules);
    expect(rules.length).toBeGreaterThan(5);
    expect(rules).toEqual(said(ofFelix(tableOf(dump, table))));
  });

  it("prints the node's own lines", () => {
    const lines = (tables: readonly Table[]): readonly string[] =>
      tables.flatMap((table) => ofFelix(table).map((rule) => printRule(rule, "ip")));
    const own = readFileSync(new URL(`${name}/iptables-save.txt`, import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line.includes("cali:"));
    expect(lines(rendered)).toEqual(own);
  });
});

it("gives every line of the page that the nodes were taken from, all hashes and both sets", () => {
  const text = readFileSync(new URL("../fixtures/calico/felix-2.1.txt", import.meta.url), "utf8");
  const lines = text.match(/-A \S+ .*"cali:.*$/gm) ?? [];
  const rendered = new Set(
    [SLAVE1, SLAVE2].flatMap((node) =>
      renderCalico(node).flatMap(({ rules }) => rules.map((rule) => printRule(rule, "ip"))),
    ),
  );
  expect(lines).toHaveLength(92);
  expect(lines.filter((line) => !rendered.has(line.trim()))).toEqual([]);
  const sets = (all: Iterable<string>): readonly string[] =>
    [...new Set([...all].flatMap((line) => line.match(/cali4-\S+/g) ?? []))].sort();
  expect(sets(lines)).toHaveLength(2);
  expect(sets(rendered)).toEqual(sets(lines));
});
