import { negate, phrase } from "../../messages/explain/phrase.ts";
import type { Phrase, PlainPhraseId } from "../../messages/explain/phrase.ts";
import type { NftExpression, NftMatch } from "../../model/nft.ts";
import { asksFor } from "./turned.ts";

/** Whether something is there at all, or is so; null: the match asks something else. */
export function presenceClause(match: NftMatch): Phrase | null {
  const isThere = asksFor(match);
  const said = isThere === null ? null : presenceOf(match.left);
  return said === null ? null : negate(said, isThere === false);
}

function presenceOf(left: NftExpression): Phrase | null {
  if (left.kind === "dccp-option") return phrase("dccp-option", { value: left.option });
  if ("key" in left && typeof left.key === "string") return yesOrNo(left.kind, left.key);
  if (!("field" in left) || left.field !== null) return null;
  if (left.kind === "exthdr") return phrase("extension-present", { value: left.header });
  if (left.kind === "tcp-option") return left.raw === null ? phrase("tcp-option", { value: left.option }) : null;
  if (left.kind === "ip-option") return phrase("ip-option-present", { value: left.option });
  return left.kind === "sctp-chunk" ? phrase("chunk-present", { value: left.chunk }) : null;
}

/** Keys that are yes or no. */
const YES_OR_NO: ReadonlyMap<string, PlainPhraseId> = new Map<string, PlainPhraseId>([
  ["meta ipsec", "ipsec-protected"],
  ["meta secpath", "ipsec-protected"],
  ["rt ipsec", "ipsec-will-protect"],
  ["socket transparent", "socket-is-transparent"],
  ["socket wildcard", "socket-is-wildcard"],
]);

function yesOrNo(kind: string, key: string): Phrase | null {
  const id = YES_OR_NO.get(`${kind} ${key}`);
  return id === undefined ? null : { id, negated: false, params: {} };
}
