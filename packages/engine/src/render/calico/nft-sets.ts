import type { Family } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import type { NftExpression } from "../../model/nft.ts";
import type { ElementPart, IpSet } from "../../model/sets.ts";
import { prefixOf } from "../nft/expression.ts";
import type { NftTableDraft } from "../nft/table-draft.ts";
import { legalName, protocolName } from "./nft-dialect.ts";

const ADDRESSES: Readonly<Record<Family, string>> = { ip: "ipv4_addr", ip6: "ipv6_addr" };

/** A set of Felix's in the table of nft, with the members that ipset's would have: felix/nftables/ipsets.go, members.go. */
export function declareSet(draft: NftTableDraft, { name, family, dimensions, elements }: IpSet): void {
  const own = legalName(name);
  const type = dimensions.flatMap((dimension) =>
    dimension === "port" ? ["inet_proto", "inet_service"] : [ADDRESSES[family]],
  );
  draft.set({ name: own, type, ...(dimensions.includes("net") ? { flags: ["interval"] } : {}) });
  for (const { parts } of elements) draft.element(own, parts.flatMap(keyOf));
}

function keyOf(part: ElementPart): readonly (string | NftExpression)[] {
  if (part.kind === "address") return [prefixOf(part.prefix)];
  invariant(part.kind === "port" && part.proto !== null, "Felix's sets have addresses and ports only");
  return [protocolName(String(part.proto)), String(part.from)];
}
