import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateFlat, generateKubeProxy } from "./generate.ts";
import { measure } from "./process.ts";
import type { Cost } from "./process.ts";
import { median, printTable, times } from "./table.ts";

const HOOKWALK = fileURLToPath(new URL("../packages/cli/dist/hookwalk.js", import.meta.url));
const SIZES = [25_000, 50_000, 100_000, 200_000];
const RUNS = 5;
const SHAPES = { flat: generateFlat, "kube-proxy": generateKubeProxy } as const;

/** One file read by both programs; medians. */
interface Row {
  readonly rules: number;
  readonly megabytes: number;
  readonly ours: Cost;
  readonly theirs: Cost;
}

/**
 * `hookwalk show -o stats` beside `iptables-legacy-restore --test` on the same files: both read the whole file and check
 * every rule of it, and both are timed from the start of the program.
 */
export async function benchParse(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hookwalk-bench-"));
  console.log(
    `hookwalk show -o stats beside iptables-legacy-restore --test (medians of ${String(RUNS)} runs in turn)\n`,
  );
  try {
    for (const [shape, generate] of Object.entries(SHAPES)) {
      const rows: Row[] = [];
      for (const rules of SIZES) rows.push(await compare(join(folder, `${shape}.txt`), rules, generate(rules)));
      print(shape, rows);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The programs take turns, so that whatever else the machine does falls on both; a first run of each does not count. */
async function compare(file: string, rules: number, text: string): Promise<Row> {
  writeFileSync(file, text);
  // A network namespace of its own, for both: restore looks at the tables that there are.
  const prefix = ["unshare", process.getuid?.() === 0 ? "--net" : "--net --map-root-user"].join(" ").split(" ");
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let run = 0; run <= RUNS; run++) {
    ours.push(await measure([...prefix, process.execPath, HOOKWALK, "show", "-f", file, "-o", "stats"]));
    theirs.push(await measure([...prefix, "iptables-legacy-restore", "--test", file]));
  }
  return { rules, megabytes: text.length / 1e6, ours: medianCost(ours.slice(1)), theirs: medianCost(theirs.slice(1)) };
}

function medianCost(costs: readonly Cost[]): Cost {
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    peakMegabytes: median(costs.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

function print(shape: string, rows: readonly Row[]): void {
  printTable(
    [`${shape} rules`, "MB", "hookwalk s", "grows", "peak MB", "restore s", "grows", "peak MB", "ratio"],
    rows.map(({ rules, megabytes, ours, theirs }, index) => {
      const before = rows[index - 1];
      return [
        String(rules),
        megabytes.toFixed(1),
        ...costCells(ours, before?.ours),
        ...costCells(theirs, before?.theirs),
        times(ours.seconds / theirs.seconds),
      ];
    }),
  );
}

function costCells({ seconds, peakMegabytes }: Cost, before: Cost | undefined): readonly string[] {
  return [seconds.toFixed(3), times(seconds / (before?.seconds ?? Number.NaN)), peakMegabytes.toFixed(0)];
}
