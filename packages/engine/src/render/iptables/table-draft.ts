import type { Family } from "../../base/address.ts";
import type { Chain, Rule, Table } from "../../model/ruleset.ts";
import type { RuleSpec } from "./spec.ts";
import { ruleOf } from "./spec.ts";

/** The hooks of each table, in the order in which iptables-save prints them. */
const BASE_CHAINS = {
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

export type TableName = keyof typeof BASE_CHAINS;

/** A table while it is written: chains with their rules, in the order in which they were added. */
export class TableDraft {
  readonly name: TableName;
  readonly #chains = new Map<string, RuleSpec[]>();

  constructor(name: TableName) {
    this.name = name;
  }

  /** `-N`; a chain that is there already stays as it is. */
  declare(chain: string): void {
    this.#of(chain);
  }

  /** `-A`. */
  append(chain: string, spec: RuleSpec): void {
    this.#of(chain).push(spec);
  }

  /** `-I`: before the rules that are there. */
  prepend(chain: string, spec: RuleSpec): void {
    this.#of(chain).unshift(spec);
  }

  #of(chain: string): RuleSpec[] {
    const known = this.#chains.get(chain);
    if (known !== undefined) return known;
    const rules: RuleSpec[] = [];
    this.#chains.set(chain, rules);
    return rules;
  }

  /**
   * The table as iptables-save lists it: base chains, then the others by name, then the rules chain by chain. Each piece
   * has the line that it stands on when the table is printed from line `firstLine` of `file` on.
   */
  finish(family: Family, file: string, firstLine: number): Table {
    const bases: readonly string[] = BASE_CHAINS[this.name];
    const users = [...this.#chains.keys()].filter((chain) => !bases.includes(chain)).sort();
    const names = [...bases, ...users];
    let line = firstLine + 1 + names.length;
    const chains = names.map((name, index): Chain => {
      const rules = (this.#chains.get(name) ?? []).map((spec): Rule => ruleOf(name, spec, file, line++));
      return {
        name,
        policy: index < bases.length ? "ACCEPT" : null,
        counters: { packets: "0", bytes: "0" },
        rules,
        span: { file, line: firstLine + 1 + index },
      };
    });
    return {
      family,
      backend: "unknown",
      name: this.name,
      chains,
      span: { file, line: firstLine },
      header: [],
      footer: [],
      committed: true,
      rules: chains.flatMap(({ rules }) => rules),
    };
  }
}

/** The drafts as one dump, table after table. */
export function finishTables(drafts: readonly TableDraft[], family: Family): readonly Table[] {
  const file = family === "ip" ? "iptables-save.txt" : "ip6tables-save.txt";
  let line = 1;
  return drafts.map((draft) => {
    const table = draft.finish(family, file, line);
    line += table.chains.length + table.rules.length + 2; // and `*table`, COMMIT
    return table;
  });
}
