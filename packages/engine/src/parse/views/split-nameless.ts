import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import { chainTables } from "../../owners/canonical-rules.ts";

/**
 * Takes a dump without `*table` lines apart (`iptables-save | grep …`): the tool declares all chains of a table before its
 * rules, so that a declaration behind a rule begins the next table. `tablesOf` names the tables that other listings show
 * a chain in. A part whose table nobody can name keeps the name "".
 */
export function splitNameless(table: Table, tablesOf: (chain: string) => ReadonlySet<string>): readonly Table[] {
  return blocksOf(table).map((block) => {
    const { rules } = block;
    const name = nameOf(block, tablesOf) ?? "";
    const line = Math.min(...[...block.chains.map(({ span }) => span.line), ...rules.map((rule) => rule.line)]);
    const chains = chainsOf(block);
    return {
      ...table,
      name,
      chains,
      rules,
      size: { chains: chains.length, rules: rules.length },
      span: { file: table.span.file, line },
      header: [],
      footer: [],
      committed: false,
    };
  });
}

interface Block {
  /** Those that it declares. */
  readonly chains: Chain[];
  readonly rules: Rule[];
}

function blocksOf(table: Table): readonly Block[] {
  const ruleLines = new Set(table.rules.map(({ line }) => line));
  const declared = table.chains.filter(({ span }) => !ruleLines.has(span.line));
  const lines = [
    ...declared.map((chain) => ({ line: chain.span.line, chain, rule: null })),
    ...table.rules.map((rule) => ({ line: rule.line, chain: null, rule })),
  ].sort((a, b) => a.line - b.line);
  const blocks: Block[] = [];
  for (const { chain, rule } of lines) {
    let block = blocks.at(-1);
    if (block === undefined || (chain !== null && block.rules.length > 0)) {
      block = { chains: [], rules: [] };
      blocks.push(block);
    }
    if (chain !== null) block.chains.push(chain);
    if (rule !== null) block.rules.push(rule);
  }
  return blocks;
}

/** The one table in which all its chains are, as far as anybody says where they are. */
function nameOf({ chains, rules }: Block, tablesOf: (chain: string) => ReadonlySet<string>): string | null {
  let candidates: ReadonlySet<string> | null = null;
  for (const chain of new Set([...chains.map(({ name }) => name), ...rules.map((rule) => rule.chain)])) {
    const own = chainTables.get(chain);
    const known: ReadonlySet<string> = own === undefined ? tablesOf(chain) : new Set([own]);
    if (known.size === 0) continue;
    const before: ReadonlySet<string> = candidates ?? known;
    candidates = new Set([...before].filter((name) => known.has(name)));
  }
  const [only, ...others] = candidates ?? [];
  return only === undefined || others.length > 0 ? null : only;
}

const BUILT_IN: ReadonlySet<string> = new Set(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]);

/** Declared chains, and those that only rules name (a built-in one whose line was filtered out). */
function chainsOf({ chains, rules }: Block): readonly Chain[] {
  const byName = new Map<string, { readonly head: Chain; readonly rules: Rule[] }>();
  for (const head of chains) byName.set(head.name, { head, rules: [] });
  for (const rule of rules) {
    let known = byName.get(rule.chain);
    if (known === undefined) {
      const span = { file: rule.file, line: rule.line };
      // A filter took its line away; it is there all the same, and its policy is what it nearly always is.
      const policy = BUILT_IN.has(rule.chain) ? "ACCEPT" : null;
      known = { head: { name: rule.chain, policy, counters: null, rules: [], span }, rules: [] };
      byName.set(rule.chain, known);
    }
    known.rules.push(rule);
  }
  return [...byName.values()].map(({ head, rules: own }) => ({ ...head, rules: own }));
}
