import type { Family } from "../../base/address.ts";
import type { Chain, Counters, Rule, Table } from "../../model/ruleset.ts";
import type { RuleSpec } from "./spec.ts";
import { ruleOf } from "./spec.ts";

/** The hooks of each table, in the order in which iptables-save prints them. */
const BASE_CHAINS = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

export type TableName = keyof typeof BASE_CHAINS;

const NOT_COUNTED: Counters = { packets: "0", bytes: "0" };

/** Every table, in the order in which a dump has them. */
export const TABLE_NAMES: readonly TableName[] = ["raw", "mangle", "nat", "filter"];

/** A rule whose line is given when all chains are there: until then it has none, and stands in no file. */
type DraftRule = { -readonly [Field in keyof Rule]: Rule[Field] };

/** A table while owners write it, one after the other: chains with their rules, in the order in which they were added. */
export class TableDraft {
  readonly name: TableName;
  readonly #chains = new Map<string, DraftRule[]>();
  readonly #inserted = new Map<string, number>();
  readonly #kept = { first: new Map<string, DraftRule[]>(), last: new Map<string, DraftRule[]>() };
  readonly #policies = new Map<string, "ACCEPT" | "DROP">();

  constructor(name: TableName) {
    this.name = name;
  }

  /** What has been written so far, by chain. */
  get chains(): ReadonlyMap<string, readonly Rule[]> {
    return this.#chains;
  }

  /** `-N`; a chain that is there already stays as it is. */
  declare(chain: string): void {
    this.#of(chain);
  }

  /** `:CHAIN - [0:0]` of `iptables-restore --noflush`: the chain is there, and empty. */
  flush(chain: string): void {
    this.#chains.set(chain, []);
    this.#inserted.delete(chain);
  }

  /** `-A`. */
  append(chain: string, spec: RuleSpec): void {
    this.#of(chain).push(draftOf(chain, spec));
  }

  /** `-A`, one after the other. */
  appendAll(chain: string, specs: readonly RuleSpec[]): void {
    const added = specs.map((spec) => draftOf(chain, spec));
    const rules = this.#chains.get(chain);
    // An array of just this length: most chains get their rules at once, and none after.
    if (rules === undefined || rules.length === 0) this.#chains.set(chain, added);
    else for (const rule of added) rules.push(rule);
  }

  /** `-I`: before the rules that are there. */
  prepend(chain: string, spec: RuleSpec): void {
    this.#of(chain).unshift(draftOf(chain, spec));
    this.#inserted.set(chain, (this.#inserted.get(chain) ?? 0) + 1);
  }

  /** `-C`, and `-I` (or `-A`, at the end) where there is no such rule: whoever does this never puts its rules back in order. */
  ensure(chain: string, spec: RuleSpec, place: "start" | "end" = "start"): void {
    const wanted = draftOf(chain, spec);
    if (this.#of(chain).some((one) => isSameRule(one, wanted))) return;
    if (place === "start") this.prepend(chain, spec);
    else this.append(chain, spec);
  }

  /** At this end of a chain, where their owner puts them again whenever others have put theirs there. */
  keep(chain: string, specs: readonly RuleSpec[], end: "first" | "last"): void {
    if (specs.length === 0) return;
    this.#of(chain);
    const rules = this.#kept[end].get(chain) ?? [];
    this.#kept[end].set(chain, [...rules, ...specs.map((spec) => draftOf(chain, spec))]);
  }

  /** `-P`, of a base chain. */
  setPolicy(chain: string, policy: "ACCEPT" | "DROP"): void {
    this.#policies.set(chain, policy);
  }

  /** How many rules at the top of a chain were put there with `-I`: on a node they stand before those of others. */
  insertedIn(chain: string): number {
    return (this.#kept.first.get(chain)?.length ?? 0) + (this.#inserted.get(chain) ?? 0);
  }

  #of(chain: string): DraftRule[] {
    const known = this.#chains.get(chain);
    if (known !== undefined) return known;
    const rules: DraftRule[] = [];
    this.#chains.set(chain, rules);
    return rules;
  }

  /**
   * The table as iptables-save lists it: base chains, then the others by name, then the rules chain by chain. Each piece
   * has the line that it stands on when the table is printed from line `firstLine` of `file` on. Nothing is written after that.
   */
  finish(family: Family, file: string, firstLine: number): Table {
    const bases: readonly string[] = BASE_CHAINS[this.name];
    const users = [...this.#chains.keys()].filter((chain) => !bases.includes(chain)).sort();
    const names = [...bases, ...users];
    const allRules: Rule[] = [];
    let line = firstLine + 1 + names.length;
    const chains = names.map((name, index): Chain => {
      const { first, last } = this.#kept;
      const others = this.#chains.get(name) ?? [];
      const rules =
        first.has(name) || last.has(name) ? [...(first.get(name) ?? []), ...others, ...(last.get(name) ?? [])] : others;
      for (const rule of rules) {
        rule.file = file;
        rule.line = line++;
        allRules.push(rule);
      }
      return {
        name,
        policy: index < bases.length ? (this.#policies.get(name) ?? "ACCEPT") : null,
        counters: NOT_COUNTED,
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
      rules: allRules,
    };
  }
}

function draftOf(chain: string, spec: RuleSpec): DraftRule {
  return ruleOf(chain, spec, "", 0);
}

/** Whether two drafts of one chain test and do the same. */
export function isSameRule(a: Rule, b: Rule): boolean {
  for (const field of SAID) if (!isSame(a[field], b[field])) return false;
  return true;
}

/** What a rule tests and does; the rest is where it stands. */
const SAID = ["src", "dst", "iif", "oif", "proto", "fragment", "matches", "target"] as const satisfies (keyof Rule)[];

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return false;
  for (const name in a) if (!isSame(a[name], b[name])) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Equal for rules that test and do the same: to look one up among many. */
export function keyOf(rule: Rule): string {
  const parts = SAID.map((field) => rule[field]);
  return JSON.stringify(parts, (_, value: unknown) => (typeof value === "bigint" ? `${String(value)}n` : value));
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
