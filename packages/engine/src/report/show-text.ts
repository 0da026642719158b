import type { Speaker } from "../messages/catalogue.ts";
import type { Chain, Counters, Rule } from "../model/ruleset.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { printSpec } from "../print/iptables-save.ts";
import type { Document, Line } from "./document.ts";
import { blankLine, rowOf, textLine, word } from "./document.ts";
import { selectTables } from "./selection.ts";
import type { SelectedTable, Selection } from "./selection.ts";

/** The rules of a snapshot for a person: table by table, chain by chain, numbered as a trace names them. */
export function showDocument(snapshot: Snapshot, selection: Selection, say: Speaker): Document {
  const tables = selectTables(snapshot, selection);
  if (tables.length === 0) return [textLine(0, word(say.report("no-snapshot-tables"), "faint"))];
  const lines: Line[] = [];
  for (const selected of tables) {
    if (lines.length > 0) lines.push(blankLine);
    for (const line of tableLines(selected, say)) lines.push(line);
  }
  return lines;
}

function* tableLines({ table, chains }: SelectedTable, say: Speaker): Iterable<Line> {
  const backend = table.backend === "unknown" ? "" : `  ${table.backend}`;
  const place = `  ${table.span.file}:${String(table.span.line)}`;
  yield textLine(0, word(`${table.family} ${table.name}`, "strong"), word(`${backend}${place}`, "faint"));
  for (const chain of chains) {
    yield textLine(2, word(chain.name, "strong"), word(`  ${chainSummary(chain, say)}`, "faint"));
    for (const [index, rule] of chain.rules.entries()) yield ruleRow(index + 1, rule, table.family);
  }
}

function chainSummary(chain: Chain, say: Speaker): string {
  const count = chain.rules.length;
  const rules = count === 1 ? say.report("chain-rules-1") : say.report("chain-rules", { count });
  const parts = [rules];
  if (chain.policy !== null) parts.unshift(say.report("chain-policy", { policy: chain.policy }));
  if (chain.counters !== null) parts.push(countersText(chain.counters));
  return parts.join("  ");
}

function ruleRow(number: number, rule: Rule, family: SelectedTable["table"]["family"]): Line {
  const counters = rule.counters === null ? "" : countersText(rule.counters);
  return rowOf([[word(String(number), "faint")], [word(counters, "faint")], printSpec(rule, family).trimStart()]);
}

/** As iptables-save prints them. */
function countersText({ packets, bytes }: Counters): string {
  return `[${packets}:${bytes}]`;
}
