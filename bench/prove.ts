import { compileProgram, parseSnapshot, ruleFaults } from "@hookwalk/engine";
import { generateFirewall } from "./firewall.ts";
import { printTable, times } from "./table.ts";
import type { Target } from "./target.ts";

const FIREWALL_RULES = [1250, 2500, 5000, 10_000];
/** The ruleset that the promise is about. */
const PROMISED_RULES = 5000;
const MOST_SECONDS = 1;
const MOST_MEGABYTES = 1000;
const RUNS = 3;

interface Row {
  readonly rules: number;
  /** The first run, whose code is not compiled yet, and the best of the others. */
  readonly first: number;
  readonly best: number;
  readonly dead: number;
  readonly peakMegabytes: number;
}

/** Every rule that no packet matches, proved: of a firewall, after loading, in this process. */
export function benchProve(): readonly Target[] {
  console.log("Rules that no packet matches, in a firewall with a chain for each pair of zones (100 chains)\n");
  const firewall = FIREWALL_RULES.map((rules) => proveAll(rules, generateFirewall(rules)));
  print(firewall);
  return firewall
    .filter(({ rules }) => rules === PROMISED_RULES)
    .flatMap(({ rules, first, best, peakMegabytes }): readonly Target[] => [
      {
        what: `dead rules of a firewall of ${String(rules)} rules under ${String(MOST_SECONDS)} s`,
        measured: `${best.toFixed(2)} s, the first time ${first.toFixed(2)} s`,
        met: first < MOST_SECONDS,
      },
      {
        what: `the same, peak memory under ${String(MOST_MEGABYTES)} MB`,
        measured: `${peakMegabytes.toFixed(0)} MB`,
        met: peakMegabytes < MOST_MEGABYTES,
      },
    ]);
}

function proveAll(rules: number, text: string): Row {
  const program = compileProgram(parseSnapshot([{ path: "iptables-save.txt", text }], { name: "bench" }));
  const seconds: number[] = [];
  let dead = 0;
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    dead = ruleFaults(program, "ip").faults.length;
    seconds.push((performance.now() - started) / 1000);
  }
  const [first = Number.NaN, ...others] = seconds;
  return { rules, first, best: Math.min(...others), dead, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function print(rows: readonly Row[]): void {
  printTable(
    ["rules", "first s", "best s", "grows", "dead", "peak MB"],
    rows.map(({ rules, first, best, dead, peakMegabytes }, index) => [
      String(rules),
      first.toFixed(2),
      best.toFixed(2),
      times(best / (rows[index - 1]?.best ?? Number.NaN)),
      String(dead),
      peakMegabytes.toFixed(0),
    ]),
  );
}
