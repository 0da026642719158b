import type { MergedTable, TableView } from "../../model/views.ts";
import type { Check, Finding } from "../finding.ts";
import { differencesOf } from "../view-places.ts";
import type { Difference } from "../view-places.ts";

const NAME = "truncated-dump";

/** A listing that does not show all rules: filtered, cut, or of another moment than its neighbour. */
export const truncatedDump: Check = {
  name: NAME,
  severities: ["error", "warning"],
  example: ["iptables-save | grep -i cilium > iptables-save.txt"],
  run({ snapshot: { views } }) {
    const missing = differencesOf(views).filter(({ difference: { kind } }) => kind.startsWith("missing"));
    return [...filteredDumps(missing), ...alone(views), ...differing(missing)];
  },
};

/** One finding a file, whatever it leaves out. */
function* filteredDumps(missing: readonly Difference[]): Iterable<Finding> {
  const byFile = new Map<string, Difference[]>();
  for (const one of missing) {
    if (one.view.whole) continue;
    const { file } = one.view.table.span;
    byFile.set(file, [...(byFile.get(file) ?? []), one]);
  }
  for (const [file, all] of byFile) {
    const tables = new Set(all.map(({ merged }) => merged));
    const params = { file, missing: { message: "missing-rules" as const, params: countsOf(all) } };
    const line = Math.min(...[...tables].flatMap((merged) => linesOf(merged, file)));
    yield finding("filtered-dump", "warning", params, { file, line });
  }
}

function linesOf(merged: MergedTable, file: string): readonly number[] {
  return merged.views.filter(({ table }) => table.span.file === file).map(({ table }) => table.span.line);
}

/** Rules of chains that are missing as a whole count, too. */
function countsOf(all: readonly Difference[]): { readonly rules: number; readonly chains: number } {
  let [rules, chains] = [0, 0];
  for (const { merged, difference } of all) {
    if (difference.kind === "missing-rule") rules++;
    else {
      chains++;
      rules += merged.table.chains.find(({ name }) => name === difference.chain)?.rules.length ?? 0;
    }
  }
  return { rules, chains };
}

/** A filtered listing that no other one completes. */
function alone(views: readonly MergedTable[]): readonly Finding[] {
  return views
    .filter((merged) => merged.views.every(({ whole }) => !whole))
    .map(({ table }) =>
      finding("dump-without-end", "warning", { file: table.span.file, table: table.name }, table.span, table),
    );
}

/** Of listings that should both be whole, one lacks what the other has. */
function* differing(missing: readonly Difference[]): Iterable<Finding> {
  const byView = new Map<TableView, Difference[]>();
  for (const one of missing) if (one.view.whole) byView.set(one.view, [...(byView.get(one.view) ?? []), one]);
  for (const [view, all] of byView) {
    const counts = countsOf(all);
    const other = all[0]?.merged.views.find((one) => one !== view);
    // An empty chain that only nft shows is no news: iptables-save leaves such out.
    if (counts.rules === 0 || other === undefined) continue;
    const { file } = view.table.span;
    const said = { message: "missing-rules" as const, params: counts };
    const params = { file, table: view.table.name, missing: said, other: other.table.span.file };
    yield finding("listings-differ", "error", params, view.table.span, view.table);
  }
}

function finding(
  message: Finding["message"],
  severity: Finding["severity"],
  params: Finding["params"],
  span: Finding["where"]["span"],
  table: TableView["table"] | null = null,
): Finding {
  const where = { family: table?.family ?? null, table: table?.name ?? null, chain: null, rule: null, span };
  return { check: NAME, severity, message, params, where, related: [], witness: null };
}
