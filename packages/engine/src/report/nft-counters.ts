import type { NftRule } from "../model/nft.ts";
import type { Counters } from "../model/ruleset.ts";

/** Of the first counter of a rule; null: it has none, or the listing leaves the counts out. */
export function nftCounters({ statements }: NftRule): Counters | null {
  for (const statement of statements) if (statement.kind === "counter") return statement.counters;
  return null;
}
