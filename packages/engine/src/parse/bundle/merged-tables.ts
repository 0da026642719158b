import type { Family } from "../../base/address.ts";
import { collectViews } from "../views/collect-views.ts";
import type { Collected } from "../views/collect-views.ts";
import type { SnapshotDraft } from "./draft.ts";

/** The tables of a family, each put together of all files that show it. */
export function mergedTables({ tables, views, mayLackGuards }: SnapshotDraft, family: Family): Collected {
  const others = views.filter(({ table }) => table.family === family);
  return collectViews({ saved: tables[family], others, mayLackGuards }, family);
}
