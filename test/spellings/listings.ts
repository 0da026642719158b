import { readFileSync } from "node:fs";
import type { Family } from "../../packages/engine/src/base/address.ts";

/** One rule as three tools show it. */
export interface Listing {
  readonly family: Family;
  readonly table: string;
  /** The `-A SPELLING …` line of iptables-save. */
  readonly saved: string;
  /** The row of `iptables -nvL`. */
  readonly listed: string;
  /** The line of `nft list ruleset`; "" where nft refuses what iptables made. */
  readonly nft: string;
}

const RECORD = /^(ip6?) (\w+)\n {2}= (.*)\n {2}L (.*)\n {2}N (.*)$/gm;

/** The recordings of listings.txt. */
export function readListings(): readonly Listing[] {
  const text = readFileSync(new URL("listings.txt", import.meta.url), "utf8");
  return [...text.matchAll(RECORD)].map(([, family, table = "", saved = "", listed = "", nft = ""]) => ({
    family: family === "ip6" ? "ip6" : "ip",
    table,
    saved,
    listed: listed.replaceAll("\\0", "\0"),
    nft,
  }));
}
