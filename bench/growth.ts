import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ANALYSES } from "./analyses.ts";
import { drawLogLog } from "./plot.ts";
import { printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

/** What one analysis took. */
export interface Point {
  readonly rules: number;
  /** Processor time in user mode of asking alone, the first time in its process: it moves less than seconds when others use the machine. */
  readonly cpuSeconds: number;
  /** Of the whole process, reading included. */
  readonly peakMegabytes: number;
}

const POINT = fileURLToPath(new URL("growth-point.ts", import.meta.url));
const PLOT = "docs/growth.svg";

/** How time and memory of what is proved grow with the number of rules: a table, and `docs/growth.svg`. */
export function benchGrowth(): readonly Target[] {
  console.log(
    "How proofs grow with the number of rules; each in a process of its own, the first time that it is asked\n",
  );
  const series = ANALYSES.map(({ name, sizes }) => {
    const points = sizes.map((rules) => measured(name, rules));
    print(name, points);
    return { name, points };
  });
  const of = (value: (point: Point) => number) =>
    series.map(({ name, points }) => ({ name, points: points.map((point) => [point.rules, value(point)] as const) }));
  const svg = drawLogLog([
    { title: "processor seconds, by rules", series: of(({ cpuSeconds }) => cpuSeconds) },
    { title: "peak memory in MB, by rules", series: of(({ peakMegabytes }) => peakMegabytes) },
  ]);
  writeFileSync(fileURLToPath(new URL(`../${PLOT}`, import.meta.url)), svg);
  console.log(`Drawn in ${PLOT}\n`);
  return [];
}

function measured(name: string, rules: number): Point {
  const said = execFileSync(process.execPath, [...process.execArgv, POINT, name, String(rules)], { encoding: "utf8" });
  // What growth-point.ts prints.
  return JSON.parse(said) as Point;
}

function print(name: string, points: readonly Point[]): void {
  printTable(
    [name, "cpu s", "grows", "peak MB", "grows"],
    points.map(({ rules, cpuSeconds, peakMegabytes }, index) => [
      String(rules),
      cpuSeconds.toFixed(2),
      times(cpuSeconds / (points[index - 1]?.cpuSeconds ?? Number.NaN)),
      peakMegabytes.toFixed(0),
      times(peakMegabytes / (points[index - 1]?.peakMegabytes ?? Number.NaN)),
    ]),
  );
}
