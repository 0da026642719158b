import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readObjects } from "@hookwalk/engine/desired";
import type { DesiredState } from "@hookwalk/engine/desired";
import { renderOwners } from "@hookwalk/engine/render";
import { HOOKWALK } from "./parse.ts";
import { measure } from "./process.ts";
import type { Cost } from "./process.ts";
import { median, printTable } from "./table.ts";
import type { Target } from "./target.ts";

const POLICIES = 10_000;
const LOCAL_ENDPOINTS = 250;
const REMOTE_ENDPOINTS = 2000;
/** Of one namespace; all of them apply to its endpoint. */
const POLICIES_PER_ENDPOINT = 20;
const NODE = "worker-1";
const RUNS = 3;
const MOST_SECONDS = 2;

const API = "projectcalico.org/v3";
const NAMESPACES = POLICIES / POLICIES_PER_ENDPOINT;

function namespaceOf(at: number): string {
  return `ns-${String(at % NAMESPACES)}`;
}

/** Selects the endpoints of its namespace, asks for others by their labels. */
function policy(at: number): unknown {
  const source = { selector: `role == 'r${String(at % 7)}'` };
  const ingress = [{ action: "Allow", protocol: "TCP", source, destination: { ports: [1 + at] } }];
  const egress = [{ action: "Allow", destination: { nets: [`10.${String(at % 250)}.0.0/16`] } }];
  const spec = { order: at % 5, selector: "app in {'web', 'api'}", types: ["Ingress", "Egress"], ingress, egress };
  return {
    apiVersion: API,
    kind: "NetworkPolicy",
    metadata: { name: `p${String(at)}`, namespace: namespaceOf(at) },
    spec,
  };
}

function endpoint(at: number): unknown {
  const namespace = namespaceOf(at);
  const labels = { app: "web", role: `r${String(at % 7)}` };
  const spec = {
    node: at < LOCAL_ENDPOINTS ? NODE : "worker-2",
    orchestrator: "k8s",
    interfaceName: `cali${at.toString(16).padStart(11, "0")}`,
    ipNetworks: [`10.65.${String(at >>> 8)}.${String(at & 255)}/32`],
    profiles: [`kns.${namespace}`],
  };
  return { apiVersion: API, kind: "WorkloadEndpoint", metadata: { name: `w${String(at)}`, namespace, labels }, spec };
}

function objects(): string {
  const spec = { versions: { calico: "3.30.0" } };
  const items = [
    { apiVersion: "hookwalk.dev/v1", kind: "Node", metadata: { name: NODE }, spec },
    ...Array.from({ length: POLICIES }, (_, at) => policy(at)),
    ...Array.from({ length: LOCAL_ENDPOINTS + REMOTE_ENDPOINTS }, (_, at) => endpoint(at)),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** `hookwalk render calico` as a whole program; and beside it, in this process, from objects that were read to what Felix writes on one node, both families. */
export async function benchCalico(): Promise<readonly Target[]> {
  const text = objects();
  const commands = await measureCommand(text);
  const { value: state, diagnostics } = readObjects([{ path: "objects.yaml", text }]);
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics[0]));
  console.log(
    `Rendering Calico: ${String(POLICIES)} policies, ${String(LOCAL_ENDPOINTS)} endpoints of the node\n(medians of ${String(RUNS)} runs)\n`,
  );
  const runs = Array.from({ length: RUNS + 1 }, () => timed(state)).slice(1);
  const seconds = median(runs.map((run) => run.seconds));
  const command = median(commands.map((cost) => cost.seconds));
  const cpu = median(commands.map(({ cpuSeconds }) => cpuSeconds));
  const peak = median(commands.map(({ peakMegabytes }) => peakMegabytes));
  const [{ rules, sets } = { rules: 0, sets: 0 }] = runs;
  printTable(
    ["rules", "sets", "render s", "command s", "cpu s", "peak MB"],
    [[String(rules), String(sets), seconds.toFixed(2), command.toFixed(2), cpu.toFixed(2), peak.toFixed(0)]],
  );
  const most = `in ${String(MOST_SECONDS)} s`;
  const what = `${String(POLICIES)} Calico policies × ${String(LOCAL_ENDPOINTS)} endpoints, at most ${String(POLICIES_PER_ENDPOINT)} for one`;
  return [
    { what: `${what}, rendered ${most}`, measured: `${seconds.toFixed(2)} s`, met: seconds < MOST_SECONDS },
    { what: `${what}, the whole command ${most}`, measured: `${command.toFixed(2)} s`, met: command < MOST_SECONDS },
  ];
}

async function measureCommand(text: string): Promise<readonly Cost[]> {
  const folder = mkdtempSync(join(tmpdir(), "hookwalk-bench-"));
  try {
    const file = join(folder, "objects.json");
    writeFileSync(file, text);
    const costs: Cost[] = [];
    for (let run = 0; run <= RUNS; run++)
      costs.push(await measure([process.execPath, HOOKWALK, "render", "calico", "-f", file]));
    return costs.slice(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Run {
  readonly seconds: number;
  readonly rules: number;
  readonly sets: number;
}

function timed(state: DesiredState): Run {
  const started = performance.now();
  const { value } = renderOwners(["calico"], state);
  const seconds = (performance.now() - started) / 1000;
  if (value === null) throw new Error("nothing is rendered");
  const { tables, sets } = value.snapshot;
  const rules = [...(tables.ip ?? []), ...(tables.ip6 ?? [])].reduce((sum, table) => sum + table.rules.length, 0);
  return { seconds, rules, sets: sets?.length ?? 0 };
}
