import type { Diagnostic, Parsed } from "../../model/diagnostic.ts";
import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import { parseIptablesSave } from "../iptables-save/parse-iptables-save.ts";
import type { SavedLine, SavedTable } from "../saved-line.ts";

/** A table that another tool printed, and how that tool printed each of its rules. */
export interface ReadTable {
  readonly table: Table;
  readonly originals: ReadonlyMap<Rule, string>;
}

/** Lines of the text below before the first of the table's own. */
const HEAD_LINES = 2;

/** Reads a table that was turned into iptables-save's words; every rule and chain stands where the tool printed it. */
export function readSavedTable(saved: SavedTable): Parsed<ReadTable | null> {
  const { family, backend, name, file, lines } = saved;
  const text = `# ${name}\n*${name === "" ? NAMELESS : name}\n${lines.map((line) => line.text).join("\n")}\nCOMMIT\n`;
  const { value, diagnostics } = parseIptablesSave(text, file, { family });
  const lineAt = (line: number): SavedLine | undefined => lines[line - 1 - HEAD_LINES];
  const placed = diagnostics.flatMap((diagnostic): Diagnostic[] => {
    const line = lineAt(diagnostic.span.line);
    return line === undefined ? [] : [{ ...diagnostic, span: { file, line: line.line } }];
  });
  const [read] = value;
  if (read === undefined) return { value: null, diagnostics: placed };
  const originals = new Map<Rule, string>();
  const placeRule = (rule: Rule): Rule => {
    const line = lineAt(rule.line);
    if (line === undefined) return rule;
    const matches = line.lost.length === 0 ? rule.matches : [...rule.matches, ...line.lost];
    const own: Rule = { ...rule, line: line.line, matches, target: line.target ?? rule.target };
    originals.set(own, line.original);
    return own;
  };
  const placeChain = (chain: Chain): Chain => {
    const line = lineAt(chain.span.line)?.line ?? chain.span.line;
    return { ...chain, span: { file, line }, rules: chain.rules.map(placeRule) };
  };
  const chains = read.chains.map(placeChain);
  const rules = chains.flatMap((chain) => chain.rules);
  const span = { file, line: saved.line };
  const table: Table = { ...read, family, backend, name, chains, rules, span, header: [], footer: [], committed: true };
  return { value: { table, originals }, diagnostics: placed };
}

/** What a table of which nobody knows the name is read as; its rules do not depend on it. */
const NAMELESS = "filter";
