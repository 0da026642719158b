import { SEEN_BY } from "../ext/nft/families.ts";
import type { NftChain, NftFamily, NftTable } from "../model/nft.ts";
import type { Chain, Table } from "../model/ruleset.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** Which part of a snapshot is to be shown; null: all of that kind. */
export interface Selection {
  /** Of `ip` and `ip6` also what `inet` tables see of them. */
  readonly family: NftFamily | null;
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

/** A table of nft with those of its chains that were asked for. */
export interface SelectedNftTable {
  readonly table: NftTable;
  readonly chains: readonly NftChain[];
}

/** The tables of nft in the order of the listing; tables without the chain are left out. */
export function selectNftTables(snapshot: Snapshot, { family, table, chain }: Selection): readonly SelectedNftTable[] {
  return (snapshot.nft ?? [])
    .filter((found) => family === null || SEEN_BY[family].includes(found.family))
    .filter(({ name }) => table === null || name === table)
    .map((found) => ({
      table: found,
      chains: chain === null ? found.chains : found.chains.filter(({ name }) => name === chain),
    }))
    .filter(({ chains }) => chain === null || chains.length > 0);
}
