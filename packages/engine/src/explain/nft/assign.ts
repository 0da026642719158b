import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { NftExpression, NftStatement } from "../../model/nft.ts";
import { bitsEffect } from "../bits.ts";
import { fieldPhrase } from "./fields.ts";
import { markSource, markValue, ownBits } from "./mark-arithmetic.ts";
import type { MarkSource } from "./mark-arithmetic.ts";
import { textOf } from "./scope.ts";
import type { NftScope } from "./scope.ts";
import { valuePart } from "./values.ts";

type Mangle = Extract<NftStatement, { readonly kind: "mangle" }>;

/** What a rule writes: marks by their bits, the rest by its field. */
export function mangleEffect({ target, value }: Mangle, scope: NftScope): Part {
  const source = markSource(target);
  const marked = source === null ? null : markEffect(source, value, scope);
  if (marked !== null) return marked;
  return known(target, value, scope) ?? phrase("field-set", fieldParams(target, value, scope));
}

function fieldParams(
  target: NftExpression,
  value: NftExpression,
  scope: NftScope,
): { readonly what: Part; readonly value: Part } {
  return { what: fieldPhrase(target, scope), value: valuePart(value, target, scope) };
}

function markEffect(target: MarkSource, value: NftExpression, scope: NftScope): Part | null {
  const written = markValue(value);
  if (written === null) return null;
  const own = ownBits(written, target);
  if (own !== null) return bitsEffect(phrase(target === "mark" ? "the-mark" : "the-ctmark"), own, scope);
  if (written.keep !== 0xffff_ffff || written.flip !== 0) return null;
  return target === "mark" ? phrase("restore-mark-whole") : phrase("save-mark-whole");
}

/** Fields whose writing has words of its own. */
function known(target: NftExpression, value: NftExpression, scope: NftScope): Part | null {
  const text = textOf(value);
  const written = (): Part => fieldPhrase(value, scope);
  switch (textOf(target)) {
    case "meta nftrace":
      return text === "1" ? phrase("trace") : null;
    case "ct zone":
      return zonePart(phrase("ct-zone", { value: written() }));
    case "ct original zone":
      return zonePart(phrase("ct-zone-orig", { value: written() }));
    case "ct reply zone":
      return zonePart(phrase("ct-zone-reply", { value: written() }));
    case "ip ttl":
    case "ip6 hoplimit":
      return list("plain", [phrase("hop-limit"), phrase("ttl-set", { value: written() })]);
    case "ip dscp":
    case "ip6 dscp":
      return phrase("set-dscp", { value: written() });
    case "tcp option maxseg size":
      return list("plain", [
        phrase("mss"),
        text === "rt mtu" ? phrase("mss-pmtu") : phrase("mss-to", { value: written() }),
      ]);
    default:
      return null;
  }
}

function zonePart(zone: Phrase): Part {
  return list("plain", [phrase("ct-template"), zone]);
}
