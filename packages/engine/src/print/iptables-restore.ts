import type { Chain, Table } from "../model/ruleset.ts";
import { printSpec } from "./iptables-save.ts";

/**
 * Tables as input for `iptables-restore --noflush`, which leaves everything of others as it is: own chains are emptied and
 * written anew; in a base chain the first `inserted.get(chain)` rules go before those that are there (`-I`), the others
 * behind them (`-A`), and its policy is told only where it is not ACCEPT. Whoever loads it twice has the rules of base
 * chains twice.
 */
export function printIptablesRestore(tables: readonly Table[], inserted: ReadonlyMap<Chain, number>): string {
  return tables.map((table) => printTable(table, inserted)).join("");
}

function printTable({ name, family, chains }: Table, inserted: ReadonlyMap<Chain, number>): string {
  const declared = chains.filter(({ policy }) => policy !== "ACCEPT");
  const heads = declared.map(({ name, policy }) => `:${name} ${policy ?? "-"} [0:0]\n`);
  const rules = chains.flatMap((chain) => {
    // In a chain of its own, which is empty, the order of the rules says it all.
    const before = chain.policy === null ? 0 : (inserted.get(chain) ?? 0);
    return chain.rules.map((rule, index) => {
      const edit = index < before ? `-I ${chain.name} ${String(index + 1)}` : `-A ${chain.name}`;
      return `${edit}${printSpec(rule, family, "taken")}\n`;
    });
  });
  return `*${name}\n${heads.join("")}${rules.join("")}COMMIT\n`;
}
