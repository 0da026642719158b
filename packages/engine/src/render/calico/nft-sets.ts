import type { Family } from "../../base/address.ts";
import type { NftTableDraft } from "../nft/table-draft.ts";
import { legalName } from "./nft-dialect.ts";

/** What a set holds: networks, single addresses, or addresses with a protocol and a port. felix/ipsets/ipset_defs.go. */
export type SetKind = "hash:net" | "hash:ip" | "hash:ip,port";

/** A set of Felix's by the name that ipset would have for it. */
export interface SetOfNft {
  readonly name: string;
  readonly kind: SetKind;
  /** Each with the parts of its key: an address or a network, a protocol, a port. */
  readonly members: readonly (readonly string[])[];
}

const ADDRESSES: Readonly<Record<Family, string>> = { ip: "ipv4_addr", ip6: "ipv6_addr" };

/** felix/nftables/ipsets.go. */
export function declareSet(draft: NftTableDraft, { name, kind, members }: SetOfNft, family: Family): void {
  const address = ADDRESSES[family];
  const type = kind === "hash:ip,port" ? [address, "inet_proto", "inet_service"] : [address];
  const legal = legalName(name);
  draft.set({ name: legal, type, ...(kind === "hash:net" ? { flags: ["interval"] } : {}) });
  for (const member of members) draft.element(legal, member);
}
