import type { Address, AddressMask, Family } from "../../base/address.ts";
import { inNet, netOf } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import type { NftExpression } from "../../model/nft.ts";
import type { ElementPart, IpSet, SetElement } from "../../model/sets.ts";
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
  const isInterval = dimensions.includes("net");
  draft.set({ name: own, type, ...(isInterval ? { flags: ["interval"] } : {}) });
  for (const { parts } of isInterval ? withoutCovered(elements) : elements) draft.element(own, parts.flatMap(keyOf));
}

/** A set of intervals takes no net within another: Felix keeps the wider one (felix/labelindex/named_port_index.go, OverlapSuppressor). */
function withoutCovered(elements: readonly SetElement[]): readonly SetElement[] {
  const widerFirst = elements
    .map((element) => ({ element, net: memberNet(element) }))
    .sort(({ net: a }, { net: b }) => order(a.value, b.value) || order(a.mask, b.mask));
  const kept: (typeof widerFirst)[number][] = [];
  for (const one of widerFirst) {
    const last = kept.at(-1);
    if (last === undefined || !inNet(one.net.value, last.net)) kept.push(one);
  }
  return kept.map(({ element }) => element);
}

function memberNet({ parts: [part] }: SetElement): AddressMask {
  invariant(part?.kind === "address", "Felix's sets of nets have nets only");
  return netOf(part.prefix);
}

function order(a: Address, b: Address): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(part: ElementPart): readonly (string | NftExpression)[] {
  if (part.kind === "address") return [prefixOf(part.prefix)];
  invariant(part.kind === "port" && part.proto !== null, "Felix's sets have addresses and ports only");
  return [protocolName(String(part.proto)), String(part.from)];
}
