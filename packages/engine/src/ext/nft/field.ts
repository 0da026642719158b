import type { NftExpression } from "../../model/nft.ts";

/** Kinds that are no field of a packet: constants, and what joins others. */
type Constant =
  "literal" | "prefix" | "range" | "list" | "concat" | "set" | "set-ref" | "wildcard" | "binary" | "map" | "verbatim";

/** What a rule reads of a packet, or counts. */
export type Field = Exclude<NftExpression, { readonly kind: Constant }>;

const FIELDS: Readonly<Record<Field["kind"], true>> = {
  payload: true,
  "payload-raw": true,
  exthdr: true,
  "tcp-option": true,
  "ip-option": true,
  "sctp-chunk": true,
  "dccp-option": true,
  meta: true,
  ct: true,
  rt: true,
  fib: true,
  socket: true,
  osf: true,
  ipsec: true,
  numgen: true,
  hash: true,
};

export function isField(expression: NftExpression): expression is Field {
  return Object.hasOwn(FIELDS, expression.kind);
}
