/**
 * Records what the real tools print for every spelling in test/spellings/*.txt, in a private network namespace:
 *
 *   npx tsx scripts/record-spellings.ts test/spellings/matches.txt
 *
 * Run as root on a machine with iptables (both backends) and ipset; test/spellings/README.md describes the format. With
 * VERBOSE set, the tools' own complaints go to stderr.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { ESTIMATORS, inNamespace, run, SETS, tableOf, TOOLS } from "./recording.ts";
import type { Family } from "./recording.ts";

const BACKENDS = ["legacy", "nft"] as const;

/** The rule as the tool prints it back, or null where it refuses it. */
function printed(family: Family, backend: string, spelling: string): string | null {
  const tool = `${TOOLS[family]}-${backend}`;
  const first = /-m rateest|-j RATEEST/.test(spelling) ? ESTIMATORS : "";
  const table = tableOf(spelling);
  const rules = `*${table}\n:FIRST - [0:0]\n:SPELLING - [0:0]\n${first}-A SPELLING ${spelling}\nCOMMIT\n`;
  const { ok, stderr } = run(`${tool}-restore`, rules);
  const saved = run(`${tool}-save`).stdout.split("\n");
  run(`${tool}-restore`, `*${table}\nCOMMIT\n`);
  if (!ok && process.env["VERBOSE"] !== undefined)
    console.error(`${tool}: ${spelling}: ${stderr.split("\n", 1).join("")}`);
  if (!ok) return null;
  const line = saved.find((text) => text.startsWith("-A SPELLING"));
  if (line === undefined) throw new Error(`${tool} lost: ${spelling}`);
  return line.slice("-A SPELLING ".length).trimEnd();
}

/** A line for each different answer; who gave it stands before it unless all did. */
function answers(families: readonly Family[], spelling: string): readonly string[] {
  const byText = new Map<string | null, string[]>();
  for (const family of families) {
    for (const backend of BACKENDS) {
      const text = printed(family, backend, spelling);
      byText.set(text, [...(byText.get(text) ?? []), `${backend}/${family} `]);
    }
  }
  const named = byText.size > 1;
  return [...byText].map(([text, who]) => `  ${named ? who.join("") : ""}${text === null ? "refused" : `= ${text}`}`);
}

const FAMILIES: ReadonlyMap<string, readonly Family[]> = new Map<string, readonly Family[]>([
  ["ip", ["ip"]],
  ["ip6", ["ip6"]],
  ["both", ["ip", "ip6"]],
]);

function record(file: string): void {
  const written = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("  "));
  const recorded = written.flatMap((line) => {
    const families = FAMILIES.get(line.split(" ", 1).join(""));
    return families === undefined ? [line] : [line, ...answers(families, line.slice(line.indexOf(" ") + 1))];
  });
  writeFileSync(file, recorded.join("\n"));
}

inNamespace(() => {
  run("ipset -exist restore", SETS);
  process.argv.slice(2).forEach(record);
});
