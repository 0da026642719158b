import { ask, compileProgram, parseQuery, parseSnapshot, semanticDiff } from "@hookwalk/engine";
import type { Program, Query } from "@hookwalk/engine";
import { benchChanges } from "./changes.ts";
import { FIREWALL_ZONES, firewallNode } from "./firewall.ts";
import { kubeProxyNode } from "./kube-proxy-node.ts";
import { printTable, timed, times } from "./table.ts";
import type { Target } from "./target.ts";

const FIREWALL_RULES = [1250, 2500, 5000];
/** The ruleset that the promises are about. */
const PROMISED_RULES = 5000;
const MATRIX_SECONDS = 1;
const DIFF_SECONDS = 0.1;
/** One a zone. */
const CHANGES = 8;
const KUBE_PROXY_RULES = [1000, 2500, 5000, 10_000];
export const SERVICE_QUESTION = "who can reach tcp/80 on 10.96.0.3";
export const QUESTION = "which tcp/443 are forwarded";

interface Row {
  readonly rules: number;
  /** Seconds. */
  readonly matrix: number;
  readonly groups: number;
  /** Of the first change. */
  readonly diff: number;
  /** Of each other change after it, the median: what is known of the unchanged side is known. */
  readonly nextDiff: number;
  readonly differences: number;
  readonly peakMegabytes: number;
}

/** Every packet's whole way through a firewall that routes between its zones, after loading, in this process. */
export function benchJourneys(): readonly Target[] {
  console.log(
    `Every packet through a firewall that routes between ${String(FIREWALL_ZONES)} zones: "${QUESTION}", and the\n`,
  );
  console.log(
    `semantic diff after one rule was deleted, then of ${String(CHANGES - 1)} more such changes (median); reading is not counted\n`,
  );
  const rows = FIREWALL_RULES.map(measure);
  printTable(
    ["rules", "matrix s", "diff s", "next s", "groups that fare otherwise", "peak MB"],
    rows.map(({ rules, matrix, diff, nextDiff, differences, peakMegabytes }) => [
      String(rules),
      matrix.toFixed(2),
      diff.toFixed(2),
      nextDiff.toFixed(2),
      String(differences),
      peakMegabytes.toFixed(0),
    ]),
  );
  benchChanges(PROMISED_RULES);
  benchServices();
  return rows
    .filter(({ rules }) => rules === PROMISED_RULES)
    .flatMap(({ rules, matrix, diff, nextDiff }): readonly Target[] => [
      {
        what: `who can reach one port through ${String(rules)} rules, under ${String(MATRIX_SECONDS)} s`,
        measured: `${matrix.toFixed(2)} s`,
        met: matrix < MATRIX_SECONDS,
      },
      {
        what: `semantic diff after one of ${String(rules)} rules was deleted, under ${String(DIFF_SECONDS)} s`,
        measured: `${nextDiff.toFixed(3)} s, the first time ${diff.toFixed(2)} s`,
        met: nextDiff < DIFF_SECONDS,
      },
    ]);
}

/** Growth of a question about one service with all others that a node of kube-proxy's carries. */
function benchServices(): void {
  console.log(`A node with so many rules of kube-proxy's: "${SERVICE_QUESTION}"\n`);
  const query = queryOf(SERVICE_QUESTION);
  const rows = KUBE_PROXY_RULES.map((rules) => {
    const program = programOf(kubeProxyNode(rules));
    const { value, seconds, cpu } = timed(() => ask(program, query));
    const { answer, limit } = value;
    return { rules, seconds, cpu, answer: limit === null ? answer : "too large", peak: process.resourceUsage().maxRSS };
  });
  printTable(
    ["rules", "seconds", "cpu s", "grows", "answer", "peak MB"],
    rows.map(({ rules, seconds, cpu, answer, peak }, index) => [
      String(rules),
      seconds.toFixed(2),
      cpu.toFixed(2),
      times(cpu / (rows[index - 1]?.cpu ?? Number.NaN)),
      answer,
      (peak / 1024).toFixed(0),
    ]),
  );
}

export function queryOf(question: string): Query {
  const { query } = parseQuery(question);
  if (query === null) throw new Error(`the bench's own question cannot be read: ${question}`);
  return query;
}

function measure(rules: number): Row {
  const files = firewallNode(rules);
  const program = programOf(files);
  const query = queryOf(QUESTION);
  const asking = performance.now();
  const answer = ask(program, query);
  const matrix = (performance.now() - asking) / 1000;
  const [first, ...others] = Array.from({ length: CHANGES }, (_, zone) => {
    const other = programOf(files.map(({ path, text }) => ({ path, text: withoutOne(path, text, zone + 1) })));
    const comparing = performance.now();
    const differences = semanticDiff(program, other).groups.length;
    return { seconds: (performance.now() - comparing) / 1000, differences };
  });
  const nextDiff = others.map(({ seconds }) => seconds).sort((a, b) => a - b)[others.length >> 1] ?? Number.NaN;
  const { seconds: diff, differences } = first ?? { seconds: Number.NaN, differences: 0 };
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { rules, matrix, groups: answer.groups.length, diff, nextDiff, differences, peakMegabytes };
}

export function programOf(files: readonly { readonly path: string; readonly text: string }[]): Program {
  return compileProgram(parseSnapshot(files, { name: "bench" }));
}

/** The rules without the first ACCEPT of the chain from zone 0 to another. */
export function withoutOne(path: string, text: string, zone: number): string {
  return path === "iptables-save.txt"
    ? text.replace(new RegExp(`^-A Z0-${String(zone)} .*-j ACCEPT\n`, "m"), "")
    : text;
}
