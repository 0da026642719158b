import type { Family } from "../base/address.ts";
import type { Chain, Table } from "../model/ruleset.ts";
import type { Subject } from "./finding.ts";

/** A built-in chain of iptables. */
export interface BuiltIn {
  readonly family: Family;
  readonly table: Table;
  readonly chain: Chain;
}

/** The built-in chain of this name in every table of this name: of both families, and of both backends. */
export function* builtIns({ snapshot }: Subject, table: string, chain: string): Iterable<BuiltIn> {
  for (const family of ["ip", "ip6"] as const)
    for (const one of snapshot.tables[family] ?? []) {
      const found = one.name === table ? one.chains.find(({ name }) => name === chain) : undefined;
      if (found !== undefined && found.policy !== null) yield { family, table: one, chain: found };
    }
}

/** The place of the first rule that jumps or goes there, from 0; null: none does. */
export function jumpTo({ rules }: Chain, to: string): number | null {
  const index = rules.findIndex(
    ({ target }) => (target?.kind === "jump" || target?.kind === "goto") && target.chain === to,
  );
  return index < 0 ? null : index;
}
