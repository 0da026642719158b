import type { Family } from "../base/address.ts";
import type { Chain, Table } from "../model/ruleset.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** Which part of a snapshot is to be shown; null: all of that kind. */
export interface Selection {
  readonly family: Family | null;
  readonly table: string | null;
  readonly chain: string | null;
}

export const WHOLE: Selection = { family: null, table: null, chain: null };

/** A table with those of its chains that were asked for. */
export interface SelectedTable {
  readonly table: Table;
  readonly chains: readonly Chain[];
}

/** The tables of both families in the order of the dumps; tables without the chain are left out. */
export function selectTables(snapshot: Snapshot, { family, table, chain }: Selection): readonly SelectedTable[] {
  return (["ip", "ip6"] as const)
    .filter((name) => family === null || name === family)
    .flatMap((name) => snapshot.tables[name] ?? [])
    .filter(({ name }) => table === null || name === table)
    .map((found) => ({
      table: found,
      chains: chain === null ? found.chains : found.chains.filter(({ name }) => name === chain),
    }))
    .filter(({ chains }) => chain === null || chains.length > 0);
}
