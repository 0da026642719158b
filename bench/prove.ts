import { compileProgram, parseSnapshot, ruleFaults } from "@hookwalk/engine";
import { generateFirewall } from "./firewall.ts";
import { kubeProxyRules } from "./kube-proxy-node.ts";
import { printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

const FIREWALL_RULES = [1250, 2500, 5000, 10_000];
/** The ruleset that the promise is about. */
const PROMISED_RULES = 5000;
const MOST_SECONDS = 1;
const MOST_MEGABYTES = 1000;
const RUNS = 3;
const KUBE_PROXY_RULES = [1000, 10_000, 110_000];
/** The ruleset that the promise about kube-proxy is about, and how long it may take. */
const PROMISED_KUBE_PROXY_RULES = 110_000;
const MOST_KUBE_PROXY_SECONDS = 10;

interface Row {
  readonly rules: number;
  /** The first run, whose code is not compiled yet, and the best of the others. */
  readonly first: number;
  readonly best: number;
  /** Processor time of the first run, which moves less than its seconds when others use the machine. */
  readonly cpu: number;
  /** Null: it needs more room than there is. */
  readonly dead: number | null;
  readonly peakMegabytes: number;
}

/** Every rule that no packet matches, proved: of a firewall, after loading, in this process. */
export function benchProve(): readonly Target[] {
  console.log("Rules that no packet matches, in a firewall with a chain for each pair of zones (100 chains)\n");
  const firewall = FIREWALL_RULES.map((rules) => proveAll(rules, generateFirewall(rules), RUNS));
  print(firewall);
  console.log("The same of kube-proxy's rules, once\n");
  const kubeProxy = KUBE_PROXY_RULES.map((rules) => proveAll(rules, kubeProxyRules(rules), 1));
  print(kubeProxy);
  return [
    ...targetsOf(firewall, PROMISED_RULES, "a firewall", MOST_SECONDS),
    ...targetsOf(kubeProxy, PROMISED_KUBE_PROXY_RULES, "kube-proxy", MOST_KUBE_PROXY_SECONDS),
  ];
}

function targetsOf(rows: readonly Row[], promised: number, whose: string, most: number): readonly Target[] {
  return rows
    .filter(({ rules }) => rules === promised)
    .flatMap(({ rules, first, best, dead, peakMegabytes }): readonly Target[] => [
      {
        what: `dead rules of ${whose} of ${String(rules)} rules under ${String(most)} s`,
        measured: Number.isFinite(best)
          ? `${best.toFixed(2)} s, the first time ${first.toFixed(2)} s`
          : `${first.toFixed(2)} s`,
        met: dead !== null && first < most,
      },
      {
        what: `the same, peak memory under ${String(MOST_MEGABYTES)} MB`,
        measured: `${peakMegabytes.toFixed(0)} MB`,
        met: peakMegabytes < MOST_MEGABYTES,
      },
    ]);
}

function proveAll(rules: number, text: string, runs: number): Row {
  const program = compileProgram(parseSnapshot([{ path: "iptables-save.txt", text }], { name: "bench" }));
  const seconds: number[] = [];
  const cpus: number[] = [];
  let dead: number | null = null;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    const usage = process.cpuUsage();
    const { faults, tooLarge } = ruleFaults(program, "ip");
    dead = tooLarge.length === 0 ? faults.length : null;
    cpus.push(process.cpuUsage(usage).user / 1e6);
    seconds.push((performance.now() - started) / 1000);
  }
  const [first = Number.NaN, ...others] = seconds;
  const [cpu = Number.NaN] = cpus;
  return { rules, first, best: Math.min(...others), cpu, dead, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function print(rows: readonly Row[]): void {
  printTable(
    ["rules", "first s", "best s", "cpu s", "grows", "dead", "peak MB"],
    rows.map(({ rules, first, best, cpu, dead, peakMegabytes }, index) => [
      String(rules),
      first.toFixed(2),
      Number.isFinite(best) ? best.toFixed(2) : "-",
      cpu.toFixed(2),
      times(cpu / (rows[index - 1]?.cpu ?? Number.NaN)),
      dead === null ? "too large" : String(dead),
      peakMegabytes.toFixed(0),
    ]),
  );
}
