import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { parseIptablesSave, printIptablesSave } from "@hookwalk/engine";
import type { Family, Table } from "@hookwalk/engine";
import { commandRunner } from "../../packages/cli/src/process/command-runner.ts";
import { describeKernel } from "./require-kernel.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const dumps = readdirSync(FIXTURES).filter((name) => /^ip6?tables-.*-save/.test(name));

/** A match of one table may name what only the target of another creates: `-m rateest` needs `-j RATEEST`. */
const LOADING_ORDER = ["mangle", "raw", "nat", "filter"];

/** The sets that rules name, as `ipset restore` takes them: of as many dimensions as are looked up. */
function setsOf(text: string, family: Family): string {
  const names = new Map<string, number>();
  for (const [, name = "", directions = ""] of text.matchAll(/--(?:match|add|del|map)-set (\S+) (\S+)/g)) {
    names.set(name, Math.max(names.get(name) ?? 0, directions.split(",").length));
  }
  const types = ["hash:ip", "hash:ip,port", "hash:ip,port,ip"];
  const inet = family === "ip" ? "inet" : "inet6";
  return [...names]
    .map(([name, dimensions]) => `create ${name} ${types[dimensions - 1] ?? "hash:ip,port,ip"} family ${inet}\n`)
    .join("");
}

/** Loads tables in a network namespace of its own, and prints what is there then. */
function loadedAndSaved(tool: string, tables: readonly Table[], counters: boolean): string {
  const family = tables[0]?.family ?? "ip";
  const ordered = tables.toSorted((a, b) => LOADING_ORDER.indexOf(a.name) - LOADING_ORDER.indexOf(b.name));
  const text = printIptablesSave(ordered);
  const script = `
    set -e
    ipset restore <<'SETS'
${setsOf(text, family)}SETS
    ${tool}-restore --counters
    ${tool}-save ${counters ? "-c" : ""}`;
  const { status, stdout, stderr } = commandRunner.run(["unshare", "--net", "sh", "-c", script], { stdin: text });
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Tables by name: legacy and nft print them in orders of their own, each with the time of day. */
function bodies(text: string): readonly string[] {
  return text
    .replaceAll(/^#.*\n/gm, "")
    .split(/(?<=^COMMIT\n)/m)
    .toSorted();
}

describeKernel("what hookwalk prints is what the tools take and print again", () => {
  it.each(dumps)("%s", (name) => {
    const [tool = ""] = /^ip6?tables-(legacy|nft)/.exec(name) ?? [];
    const text = readFileSync(new URL(name, FIXTURES), "utf8");
    const { value } = parseIptablesSave(text, name);
    expect(bodies(loadedAndSaved(tool, value, name.includes("counters")))).toEqual(bodies(text));
  });
});
