/**
 * Records how `iptables -nvL` and `nft list ruleset` show each rule of test/spellings/matches.txt and targets.txt, in a
 * private network namespace:
 *
 *   npx tsx --conditions=hookwalk-source scripts/record-listings.ts > test/spellings/listings.txt
 *
 * Run as root on a machine with iptables (both backends), nft and ipset; test/spellings/README.md describes the format.
 */
import { readSpellings } from "../test/spellings/spellings.ts";
import { ESTIMATORS, inNamespace, run, SETS, tableOf, TOOLS } from "./recording.ts";
import type { Family } from "./recording.ts";

function linesOf(command: string): readonly string[] {
  return run(command).stdout.split("\n");
}

function restore(tool: string, table: string, rules: readonly string[]): boolean {
  const first = rules.some((rule) => rule.includes("RE1")) ? ESTIMATORS : "";
  const lines = rules.map((rule) => `-A SPELLING ${rule}\n`).join("");
  return run(`${tool}-restore`, `*${table}\n:FIRST - [0:0]\n:SPELLING - [0:0]\n${first}${lines}COMMIT\n`).ok;
}

/** Rules of a table as both backends list them, and nft. What one of them refuses is left out. */
function record(family: Family, table: string, spellings: readonly string[]): void {
  const shown = new Map<string, { readonly list: string; readonly nft: string }>();
  for (const backend of ["legacy", "nft"]) {
    const tool = `${TOOLS[family]}-${backend}`;
    if (!restore(tool, table, spellings))
      restore(
        tool,
        table,
        spellings.filter((one) => restore(tool, table, [one])),
      );
    const saved = linesOf(`${tool}-save -t ${table}`).filter((line) => line.startsWith("-A SPELLING"));
    const listed = linesOf(`${tool} -t ${table} -nvL SPELLING`)
      .slice(2)
      .filter((line) => line !== "");
    const nft = linesOf(`nft list chain ${family} ${table} SPELLING`).filter((line) => line.startsWith("\t\t"));
    for (const [index, line] of saved.entries()) {
      const list = (listed[index] ?? "").replaceAll("\0", "\\0");
      const before = shown.get(line);
      shown.set(line, { list: before?.list ?? list, nft: backend === "nft" ? (nft[index] ?? "") : "" });
    }
    run(`${tool}-restore`, `*${table}\nCOMMIT\n`);
  }
  for (const [line, { list, nft }] of shown) {
    console.log(`${family} ${table}\n  = ${line.trimEnd()}\n  L ${list.trimEnd()}\n  N ${nft.trim()}`);
  }
}

inNamespace(() => {
  run("ipset -exist restore", SETS);
  const spellings = [...readSpellings("matches"), ...readSpellings("targets")];
  for (const family of ["ip", "ip6"] as const) {
    const saved = spellings.flatMap((one) => (one.family === family ? [...one.saved] : []));
    const distinct = [...new Set(saved.filter((text) => text !== null))];
    for (const table of ["mangle", "raw", "nat", "filter"]) {
      record(
        family,
        table,
        distinct.filter((text) => tableOf(text) === table),
      );
    }
  }
});
