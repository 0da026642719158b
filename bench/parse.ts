import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateFlat, generateKubeProxy } from "./generate.ts";
import { measure } from "./process.ts";
import type { Cost } from "./process.ts";
import { median, printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

export const HOOKWALK = fileURLToPath(new URL("../packages/cli/dist/hookwalk.js", import.meta.url));
const SIZES = [25_000, 50_000, 100_000, 200_000];
const RUNS = 3;
const RUNS_OF_LARGEST = 5;
const LARGEST = Math.max(...SIZES);
const MOST_MEGABYTES = 500;
const SHAPES = { flat: generateFlat, "kube-proxy": generateKubeProxy } as const;

/** One file read by both programs; medians. */
interface Row {
  readonly shape: string;
  readonly rules: number;
  readonly megabytes: number;
  readonly ours: Cost;
  /** Null: the tool cannot be run here. */
  readonly theirs: Cost | null;
}

/**
 * `hookwalk show -o stats` beside `iptables-legacy-restore --test` on the same files: both read the whole file and check
 * every rule of it, and both are timed from the start of the program.
 */
export async function benchParse(): Promise<readonly Target[]> {
  const folder = mkdtempSync(join(tmpdir(), "hookwalk-bench-"));
  const obstacle = obstacleToRestore();
  console.log(
    "Reading rulesets: hookwalk show -o stats beside iptables-legacy-restore --test, run in turn, start included\n" +
      `(medians of ${String(RUNS)} runs, of ${String(RUNS_OF_LARGEST)} at the largest size)\n`,
  );
  if (obstacle !== null) console.log(`  ! ${obstacle}: hookwalk alone\n`);
  let targets: readonly Target[] = [];
  try {
    for (const [shape, generate] of Object.entries(SHAPES)) {
      const rows: Row[] = [];
      for (const rules of SIZES) {
        const text = generate(rules);
        const file = join(folder, `${shape}.txt`);
        writeFileSync(file, text);
        const costs = await compare(file, rules === LARGEST ? RUNS_OF_LARGEST : RUNS, obstacle === null);
        rows.push({ shape, rules, megabytes: text.length / 1e6, ...costs });
      }
      print(shape, rows);
      targets = targets.concat(rows.filter(({ rules }) => rules === LARGEST).flatMap(targetsOf));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return targets;
}

/** Why the tool cannot be run here; null: it can. */
function obstacleToRestore(): string | null {
  if (process.getuid?.() !== 0) return "not root, as iptables-legacy-restore must be";
  const { error } = spawnSync("iptables-legacy-restore", ["--version"]);
  return error === undefined ? null : "no iptables-legacy-restore here";
}

/** The programs take turns, so that whatever else the machine does falls on both; a first run of each does not count. */
async function compare(file: string, runs: number, withRestore: boolean): Promise<Pick<Row, "ours" | "theirs">> {
  // A network namespace of its own, for both: restore looks at the tables that there are.
  const prefix = withRestore ? ["unshare", "--net"] : [];
  // And a lock of its own: who else changes rules at the moment does not matter.
  const env = { ...process.env, XTABLES_LOCKFILE: `${file}.lock` };
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let run = 0; run <= runs; run++) {
    ours.push(await measure([...prefix, process.execPath, HOOKWALK, "show", "-f", file, "-o", "stats"]));
    if (withRestore) theirs.push(await measure([...prefix, "iptables-legacy-restore", "--test", file], env));
  }
  return { ours: medianCost(ours.slice(1)), theirs: withRestore ? medianCost(theirs.slice(1)) : null };
}

function targetsOf({ shape, rules, ours, theirs }: Row): readonly Target[] {
  const what = `${String(rules)} ${shape} rules`;
  const memory = {
    what: `${what}, peak memory under ${String(MOST_MEGABYTES)} MB`,
    measured: `${ours.peakMegabytes.toFixed(0)} MB`,
    met: ours.peakMegabytes < MOST_MEGABYTES,
  };
  const ratio = theirs === null ? null : ours.seconds / theirs.seconds;
  const speed = {
    what: `${what}, no longer than restore --test`,
    measured: ratio === null ? "not measured" : `${times(ratio)} its time`,
    met: ratio === null ? null : ratio <= 1,
  };
  return [speed, memory];
}

export function medianCost(costs: readonly Cost[]): Cost {
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
    userSeconds: median(costs.map(({ userSeconds }) => userSeconds)),
    peakMegabytes: median(costs.map(({ peakMegabytes }) => peakMegabytes)),
  };
}

function print(shape: string, rows: readonly Row[]): void {
  const restore = rows[0]?.theirs ? ["restore s", "grows", "cpu s", "peak MB", "ratio"] : [];
  printTable(
    [`${shape} rules`, "MB", "hookwalk s", "grows", "cpu s", "peak MB", ...restore],
    rows.map(({ rules, megabytes, ours, theirs }, index) => {
      const before = rows[index - 1];
      return [
        String(rules),
        megabytes.toFixed(1),
        ...costCells(ours, before?.ours),
        ...(theirs === null ? [] : [...costCells(theirs, before?.theirs), times(ours.seconds / theirs.seconds)]),
      ];
    }),
  );
}

function costCells({ seconds, cpuSeconds, peakMegabytes }: Cost, before?: Cost | null): readonly string[] {
  const grows = times(seconds / (before?.seconds ?? Number.NaN));
  return [seconds.toFixed(3), grows, cpuSeconds.toFixed(2), peakMegabytes.toFixed(0)];
}
