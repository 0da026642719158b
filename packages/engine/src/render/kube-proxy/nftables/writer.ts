import type { Family } from "../../../base/address.ts";
import type { NftExpression } from "../../../model/nft.ts";
import { concat, meta, payload } from "../../nft/expression.ts";
import type { NftTableDraft } from "../../nft/table-draft.ts";
import type { ProxyContext } from "../context.ts";

/** What the rules of one family are written with. */
export interface NftWriter {
  readonly context: ProxyContext;
  readonly draft: NftTableDraft;
  readonly words: FamilyWords;
}

/** What a family's addresses are called. */
export interface FamilyWords {
  readonly addressType: "ipv4_addr" | "ipv6_addr";
  readonly saddr: NftExpression;
  readonly daddr: NftExpression;
  /** `ip daddr . meta l4proto . th dport`. */
  readonly addressAndPort: NftExpression;
}

/** `meta l4proto . th dport`. */
export const NODE_PORT: NftExpression = concat(meta("l4proto"), payload("th", "dport"));

export function wordsOf(family: Family): FamilyWords {
  const daddr = payload(family, "daddr");
  return {
    addressType: family === "ip" ? "ipv4_addr" : "ipv6_addr",
    saddr: payload(family, "saddr"),
    daddr,
    addressAndPort: concat(daddr, meta("l4proto"), payload("th", "dport")),
  };
}
