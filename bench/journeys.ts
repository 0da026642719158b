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
const MOST_MEGABYTES = 1000;
/** Of which the fastest counts: this is a machine with others on it. */
const MORE_CHANGES = 5;
const QUESTION = "which tcp/443 are forwarded";

interface Row {
  readonly rules: number;
  /** Seconds. */
  readonly matrix: number;
  readonly groups: number;
  /** From the start. */
  readonly diff: number;
  /** Another change of the same rules, which are known by then. */
  readonly again: number;
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
    ["rules", "matrix s", "diff s", "next diff s", "groups that fare otherwise", "peak MB"],
    rows.map(({ rules, matrix, diff, again, differences, peakMegabytes }) => [
      String(rules),
      matrix.toFixed(2),
      diff.toFixed(3),
      again.toFixed(3),
      String(differences),
      peakMegabytes.toFixed(0),
    ]),
  );
  return rows
    .filter(({ rules }) => rules === PROMISED_RULES)
    .flatMap(({ rules, matrix, diff, again, peakMegabytes }): readonly Target[] => [
      {
        what: `who can reach one port through ${String(rules)} rules, under ${String(MATRIX_SECONDS)} s`,
        measured: `${matrix.toFixed(2)} s`,
        met: matrix < MATRIX_SECONDS,
      },
      {
        what: `semantic diff after one of ${String(rules)} rules was deleted, under ${String(DIFF_SECONDS)} s where the rules are known`,
        measured: `${again.toFixed(3)} s, ${diff.toFixed(3)} s both sides from the start`,
        met: again < DIFF_SECONDS,
      },
      {
        what: `memory of all that, under ${String(MOST_MEGABYTES)} MB`,
        measured: `${peakMegabytes.toFixed(0)} MB`,
        met: peakMegabytes < MOST_MEGABYTES,
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
  const { seconds: first, differences } = timedDiff(program, other);
  const again = Array.from({ length: MORE_CHANGES }, (_, change) => {
    const changed = programOf(files.map(({ path, text }) => ({ path, text: withoutOne(path, text, change + 1) })));
    return timedDiff(program, changed).seconds;
  });
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return {
    rules,
    matrix,
    groups: answer.groups.length,
    diff: first,
    again: Math.min(...again),
    differences,
    peakMegabytes,
  };
}

function programOf(files: readonly { readonly path: string; readonly text: string }[]): Program {
  return compileProgram(parseSnapshot(files, { name: "bench" }));
}

function timedDiff(a: Program, b: Program): { readonly seconds: number; readonly differences: number } {
  const start = performance.now();
  const { groups } = semanticDiff(a, b);
  return { seconds: (performance.now() - start) / 1000, differences: groups.length };
}

/** The rules without one ACCEPT of a chain between two zones: the first, or so many behind it. */
function withoutOne(path: string, text: string, behind = 0): string {
  let left = behind;
  return path === "iptables-save.txt"
    ? text.replace(/^-A Z0-1 .*-j ACCEPT\n/gm, (line) => (left-- === 0 ? "" : line))
    : text;
}
