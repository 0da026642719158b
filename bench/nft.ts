import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKubeProxyNft } from "./generate.ts";
import { HOOKWALK, medianCost } from "./parse.ts";
import { measure } from "./process.ts";
import type { Cost } from "./process.ts";
import { printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

/** nft runs as often as can be afforded: at the largest size the kernel's check takes it about two minutes. */
const SIZES = [
  { services: 2500, nftRuns: 5 },
  { services: 5000, nftRuns: 3 },
  { services: 10_000, nftRuns: 1 },
] as const;
const RUNS = 3;
const LARGEST = Math.max(...SIZES.map(({ services }) => services));

interface Row {
  readonly services: number;
  readonly megabytes: number;
  readonly ours: Cost;
  readonly nftRuns: number;
  /** Its run of the least user time. Null: nft cannot be run here. */
  readonly theirs: Cost | null;
}

/**
 * `hookwalk show -o stats` beside `nft -c -f` on the table of kube-proxy's nftables mode. nft has the kernel check the rules,
 * which takes it far longer than reading them: what counts is its own time, in user mode. The kernel samples how a run's time
 * is shared between the modes, so that a single one may be off by half; the least of several is nft's best.
 */
export async function benchNft(): Promise<readonly Target[]> {
  const folder = mkdtempSync(join(tmpdir(), "hookwalk-bench-"));
  const canCheck = process.getuid?.() === 0 && spawnSync("nft", ["--version"]).error === undefined;
  console.log(
    "Reading nft rulesets: hookwalk show -o stats beside nft -c -f, start included\n" +
      `(median of ${String(RUNS)} runs of hookwalk, least user time of so many runs of nft; one alone may be off by half)\n`,
  );
  if (!canCheck) console.log("  ! nft cannot be run here: hookwalk alone\n");
  const rows: Row[] = [];
  try {
    for (const { services, nftRuns } of SIZES) {
      const text = generateKubeProxyNft(services);
      const file = join(folder, "nft-ruleset.txt");
      writeFileSync(file, text);
      const ours: Cost[] = [];
      for (let run = 0; run <= RUNS; run++) {
        ours.push(await measure([process.execPath, HOOKWALK, "show", "-f", file, "-o", "stats"]));
      }
      const theirs = canCheck ? await leastOfNft(file, nftRuns) : null;
      rows.push({ services, megabytes: text.length / 1e6, ours: medianCost(ours.slice(1)), nftRuns, theirs });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  print(rows);
  return rows.filter(({ services }) => services === LARGEST).map(targetOf);
}

async function leastOfNft(file: string, runs: number): Promise<Cost> {
  const check = ["unshare", "--net", "nft", "-c", "-f", file];
  let least = await measure(check);
  for (let run = 1; run < runs; run++) {
    const cost = await measure(check);
    if (cost.userSeconds < least.userSeconds) least = cost;
  }
  return least;
}

function ratioOf({ ours, theirs }: Row): number {
  return theirs === null ? Number.NaN : ours.userSeconds / theirs.userSeconds;
}

function targetOf(row: Row): Target {
  const ratio = ratioOf(row);
  return {
    what: `${String(row.services)} services in nftables mode, no more time in user mode than nft -c`,
    measured: row.theirs === null ? "not measured" : `${times(ratio)} its time (nft: runs ${String(row.nftRuns)})`,
    met: row.theirs === null ? null : ratio <= 1,
  };
}

function print(rows: readonly Row[]): void {
  printTable(
    ["services", "MB", "hookwalk s", "user s", "peak MB", "nft runs", "nft s", "user s", "ratio"],
    rows.map((row) => [
      String(row.services),
      row.megabytes.toFixed(1),
      row.ours.seconds.toFixed(3),
      row.ours.userSeconds.toFixed(2),
      row.ours.peakMegabytes.toFixed(0),
      String(row.nftRuns),
      row.theirs?.seconds.toFixed(3) ?? "-",
      row.theirs?.userSeconds.toFixed(2) ?? "-",
      times(ratioOf(row)),
    ]),
  );
}
