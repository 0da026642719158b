import type { Family } from "../base/address.ts";
import type { Snapshot } from "../model/snapshot.ts";

/** Is every rule of a family shown? What follows from something that is not there is said of such families alone. */
export function isShownWhole({ tables, nft, views }: Snapshot, family: Family): boolean {
  const own = tables[family];
  if (own === null) return nft !== null;
  const merged = views.filter(({ table }) => table.family === family);
  return (
    merged.every(({ views: shown }) => shown.some(({ whole }) => whole)) &&
    own.every(({ name, committed }) => name !== "" && committed)
  );
}
