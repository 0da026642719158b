import type { Family } from "../../base/address.ts";
import type { NftTable } from "../../model/nft.ts";
import { collectViews } from "../views/collect-views.ts";
import type { Collected } from "../views/collect-views.ts";
import type { SnapshotDraft } from "./draft.ts";

export interface MergedTables {
  readonly ip: Collected;
  readonly ip6: Collected;
  /** Those that no iptables made. */
  readonly nft: readonly NftTable[] | null;
}

/** The tables of both families, each put together of all files that show it. */
export function mergedTables({ tables, views, mayLackGuards, nft }: SnapshotDraft): MergedTables {
  const collect = (family: Family): Collected =>
    collectViews(
      { saved: tables[family], others: views.filter(({ table }) => table.family === family), mayLackGuards },
      family,
    );
  return { ip: collect("ip"), ip6: collect("ip6"), nft };
}
