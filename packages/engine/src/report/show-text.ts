import { printPriority } from "../ext/nft/priority.ts";
import type { Speaker } from "../messages/catalogue.ts";
import type { NftChain, NftFamily, NftRule } from "../model/nft.ts";
import type { Chain, Counters, Rule } from "../model/ruleset.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { printSpec } from "../print/iptables-save.ts";
import { printNftRule } from "../print/nft/nft.ts";
import { nftCounters } from "./nft-counters.ts";
import type { Document, Line } from "./document.ts";
import { blankLine, rowOf, textLine, word } from "./document.ts";
import { selectNftTables, selectTables } from "./selection.ts";
import type { SelectedNftTable, SelectedTable, Selection } from "./selection.ts";

/** The rules of a snapshot for a person: table by table, chain by chain, numbered as a trace names them. */
export function showDocument(snapshot: Snapshot, selection: Selection, say: Speaker): Document {
  const tables = [
    ...selectTables(snapshot, selection).map((selected) => tableLines(selected, say)),
    ...selectNftTables(snapshot, selection).map((selected) => nftTableLines(selected, say)),
  ];
  if (tables.length === 0) return [textLine(0, word(say.report("no-snapshot-tables"), "faint"))];
  const lines: Line[] = [];
  for (const table of tables) {
    if (lines.length > 0) lines.push(blankLine);
    for (const line of table) lines.push(line);
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

function* nftTableLines({ table, chains }: SelectedNftTable, say: Speaker): Iterable<Line> {
  const place = `  nft  ${table.span.file}:${String(table.span.line)}`;
  yield textLine(0, word(`${table.family} ${table.name}`, "strong"), word(place, "faint"));
  for (const chain of chains) {
    yield textLine(2, word(chain.name, "strong"), word(`  ${nftChainSummary(chain, table.family, say)}`, "faint"));
    for (const [index, rule] of chain.rules.entries()) yield nftRuleRow(index + 1, rule);
  }
}

/** `filter hook input priority filter  policy drop  3 rules`. */
function nftChainSummary({ base, rules }: NftChain, family: NftFamily, say: Speaker): string {
  const parts = [rulesText(rules.length, say)];
  if (base !== null) {
    const priority = printPriority(base.priority, family, base.hook);
    parts.unshift(`${base.type} hook ${base.hook} priority ${priority}`);
    parts.splice(1, 0, say.report("chain-policy", { policy: base.policy }));
  }
  return parts.join("  ");
}

/** Counts stand in their own column, as those of iptables do. */
function nftRuleRow(number: number, rule: NftRule): Line {
  const counters = nftCounters(rule);
  const cell = counters === null ? "" : countersText(counters);
  return rowOf([[word(String(number), "faint")], [word(cell, "faint")], printNftRule(rule, { stateless: true })]);
}

function rulesText(count: number, say: Speaker): string {
  return count === 1 ? say.report("chain-rules-1") : say.report("chain-rules", { count });
}

function chainSummary(chain: Chain, say: Speaker): string {
  const parts = [rulesText(chain.rules.length, say)];
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
