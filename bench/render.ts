import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DesiredState } from "@hookwalk/engine/desired";
import { keepKubeProxyRules, renderOwners } from "@hookwalk/engine/render";
import type { KeptRules } from "@hookwalk/engine/render";
import { clusterState, clusterJson, sliceOf } from "./cluster.ts";
import { HOOKWALK } from "./parse.ts";
import { measure } from "./process.ts";
import type { Cost } from "./process.ts";
import { median, percentile, printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

const ENDPOINTS = 10;
const SERVICES = [2500, 5000, 10_000];
const RUNS = 3;
const CHANGES = 500;
const MOST_SECONDS = 2;
const MOST_MEGABYTES = 1000;
const MOST_CHANGE_MS = 5;

interface Row {
  readonly services: number;
  readonly rules: number;
  /** From typed objects to the model; the median of some runs. */
  readonly seconds: number;
  /** Milliseconds of each change of one endpoint. */
  readonly changes: readonly number[];
  /** The whole command, from JSON to text. */
  readonly command: Cost;
}

/** kube-proxy's rules of mode iptables from objects: all of them, and those that one changed endpoint changes. */
export async function benchRender(): Promise<readonly Target[]> {
  console.log(
    `Rendering kube-proxy, ${String(ENDPOINTS)} endpoints a service (medians of ${String(RUNS)} runs, one of the command)\n`,
  );
  const folder = mkdtempSync(join(tmpdir(), "hookwalk-bench-"));
  try {
    const rows: Row[] = [];
    for (const services of SERVICES) rows.push(await rowOf(services, join(folder, "objects.json")));
    print(rows);
    return rows.slice(-1).flatMap(targetsOf);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function rowOf(services: number, file: string): Promise<Row> {
  const shape = { services, endpoints: ENDPOINTS };
  writeFileSync(file, clusterJson(shape));
  const command = await measure([process.execPath, HOOKWALK, "render", "kube-proxy", "-f", file]);
  const state = clusterState(shape);
  const runs = Array.from({ length: RUNS }, () => secondsToRender(state));
  const [{ rules } = { rules: 0 }] = runs;
  return {
    services,
    rules,
    seconds: median(runs.map((run) => run.seconds)),
    changes: changesIn(state, services),
    command,
  };
}

function secondsToRender(state: DesiredState): { readonly seconds: number; readonly rules: number } {
  const started = performance.now();
  const tables = renderOwners(["kube-proxy"], state).value?.snapshot.tables.ip ?? [];
  const seconds = (performance.now() - started) / 1000;
  return { seconds, rules: tables.find(({ name }) => name === "nat")?.rules.length ?? 0 };
}

/** One endpoint of one service after the other gets another address. */
function changesIn(state: DesiredState, services: number): readonly number[] {
  const { value } = keepKubeProxyRules(state, "ip");
  if (value === null) throw new Error("nothing rendered");
  return Array.from({ length: CHANGES }, (_, n) => changeOne(value, Math.floor((n * services) / CHANGES)));
}

function changeOne(kept: KeptRules, service: number): number {
  const slice = sliceOf(service, ENDPOINTS, 1);
  const started = performance.now();
  const { length } = kept.replaceSlice(slice);
  const milliseconds = performance.now() - started;
  // The service's chain, that of the endpoint that went, and that of the one that came.
  if (length !== 3) throw new Error(`${String(length)} chains have changed`);
  return milliseconds;
}

function targetsOf({ services, rules, seconds, changes, command }: Row): readonly Target[] {
  const p99 = percentile(changes, 0.99);
  const what = `${String(services)} services with ${String(ENDPOINTS)} endpoints each`;
  return [
    {
      what: `${what}, ${String(rules)} nat rules rendered under ${String(MOST_SECONDS)} s`,
      measured: `${seconds.toFixed(2)} s`,
      met: seconds < MOST_SECONDS,
    },
    {
      what: `${what}, peak memory of the whole command under ${String(MOST_MEGABYTES)} MB`,
      measured: `${command.peakMegabytes.toFixed(0)} MB`,
      met: command.peakMegabytes < MOST_MEGABYTES,
    },
    {
      what: `${what}, one changed endpoint under ${String(MOST_CHANGE_MS)} ms`,
      measured: `median ${median(changes).toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
      met: p99 < MOST_CHANGE_MS,
    },
  ];
}

function print(rows: readonly Row[]): void {
  printTable(
    ["services", "nat rules", "render s", "grows", "change ms", "p99 ms", "command s", "cpu s", "peak MB"],
    rows.map(({ services, rules, seconds, changes, command }, index) => [
      String(services),
      String(rules),
      seconds.toFixed(2),
      times(seconds / (rows[index - 1]?.seconds ?? Number.NaN)),
      median(changes).toFixed(2),
      percentile(changes, 0.99).toFixed(2),
      command.seconds.toFixed(2),
      command.cpuSeconds.toFixed(2),
      command.peakMegabytes.toFixed(0),
    ]),
  );
}
