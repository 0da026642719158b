import { ask, compileProgram, parseQuery, parseSnapshot, semanticDiff } from "@hookwalk/engine";
import type { Program } from "@hookwalk/engine";
import { FIREWALL_ZONES, firewallNode } from "./firewall.ts";
import { printTable } from "./table.ts";
import type { Target } from "./target.ts";

const FIREWALL_RULES = [1250, 2500, 5000];
/** The ruleset that the promises are about. */
const PROMISED_RULES = 5000;
const MATRIX_SECONDS = 1;
const DIFF_SECONDS = 0.1;
const QUESTION = "which tcp/443 are forwarded";

interface Row {
  readonly rules: number;
  /** Seconds. */
  readonly matrix: number;
  readonly groups: number;
  readonly diff: number;
  readonly differences: number;
  readonly peakMegabytes: number;
}

/** Every packet's whole way through a firewall that routes between its zones, after loading, in this process. */
export function benchJourneys(): readonly Target[] {
  console.log(
    `Every packet through a firewall that routes between ${String(FIREWALL_ZONES)} zones: "${QUESTION}", and the\n`,
  );
  console.log("semantic diff after one rule was deleted\n");
  const rows = FIREWALL_RULES.map(measure);
  printTable(
    ["rules", "matrix s", "diff s", "groups that fare otherwise", "peak MB"],
    rows.map(({ rules, matrix, diff, differences, peakMegabytes }) => [
      String(rules),
      matrix.toFixed(2),
      diff.toFixed(2),
      String(differences),
      peakMegabytes.toFixed(0),
    ]),
  );
  return rows
    .filter(({ rules }) => rules === PROMISED_RULES)
    .flatMap(({ rules, matrix, diff }): readonly Target[] => [
      {
        what: `who can reach one port through ${String(rules)} rules, under ${String(MATRIX_SECONDS)} s`,
        measured: `${matrix.toFixed(2)} s`,
        met: matrix < MATRIX_SECONDS,
      },
      {
        what: `semantic diff after one of ${String(rules)} rules was deleted, under ${String(DIFF_SECONDS)} s`,
        measured: `${diff.toFixed(2)} s, both sides from the start`,
        met: diff < DIFF_SECONDS,
      },
    ]);
}

function measure(rules: number): Row {
  const files = firewallNode(rules);
  const program = programOf(files);
  const { query } = parseQuery(QUESTION);
  if (query === null) throw new Error(`the bench's own question cannot be read: ${QUESTION}`);
  const asking = performance.now();
  const answer = ask(program, query);
  const matrix = (performance.now() - asking) / 1000;
  const other = programOf(files.map(({ path, text }) => ({ path, text: withoutOne(path, text) })));
  const comparing = performance.now();
  const { groups } = semanticDiff(program, other);
  const diff = (performance.now() - comparing) / 1000;
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { rules, matrix, groups: answer.groups.length, diff, differences: groups.length, peakMegabytes };
}

function programOf(files: readonly { readonly path: string; readonly text: string }[]): Program {
  return compileProgram(parseSnapshot(files, { name: "bench" }));
}

/** The rules without the first ACCEPT of a chain between two zones. */
function withoutOne(path: string, text: string): string {
  return path === "iptables-save.txt" ? text.replace(/^-A Z0-1 .*-j ACCEPT\n/m, "") : text;
}
