import type { NftExpression } from "../../model/nft.ts";
import {
  CT_KEYS,
  EXTHDR_FIELDS,
  FIB_RESULTS,
  IPSEC_KEYS,
  META_KEYS,
  PAYLOAD_FIELDS,
  RT_KEYS,
  SOCKET_KEYS,
} from "./vocabulary.ts";

/** The datatype of what an expression reads, as nft(8) names it; null: constants have none, and of a concatenation each part has its own. */
export function datatypeOf(expression: NftExpression): string | null {
  switch (expression.kind) {
    case "payload":
      return payloadType(expression.protocol, expression.field);
    case "exthdr":
      return exthdrType(expression.header, expression.field);
    case "meta":
      return META_KEYS.get(expression.key) ?? null;
    case "ct":
      return addressType(CT_KEYS.get(expression.key) ?? null, expression.family);
    case "rt":
      return addressType(RT_KEYS.get(expression.key) ?? null, expression.family);
    case "ipsec":
      return addressType(IPSEC_KEYS.get(expression.key) ?? null, expression.family);
    case "fib":
      return FIB_RESULTS.get(expression.result) ?? null;
    case "socket":
      return SOCKET_KEYS.get(expression.key) ?? null;
    case "osf":
      return "string";
    case "binary":
      return datatypeOf(expression.left);
    case "payload-raw":
    case "tcp-option":
    case "ip-option":
    case "sctp-chunk":
    case "dccp-option":
    case "numgen":
    case "hash":
      return "integer";
    case "literal":
    case "prefix":
    case "range":
    case "list":
    case "concat":
    case "set":
    case "set-ref":
    case "wildcard":
    case "map":
    case "verbatim":
      return null;
  }
}

/** An address of ARP is named with its kind: `saddr ether`. */
function payloadType(protocol: string, field: string): string | null {
  if (protocol !== "arp") return PAYLOAD_FIELDS.get(protocol)?.get(field) ?? null;
  if (field.endsWith(" ether")) return "ether_addr";
  return PAYLOAD_FIELDS.get("arp")?.get(field.replace(/ ip$/, "")) ?? null;
}

function exthdrType(header: string, field: string | null): string | null {
  if (field === null) return "boolean";
  return EXTHDR_FIELDS.get(header)?.get(field.replace(/\[.*/, "")) ?? null;
}

/** The table says what an address is in IPv4; the family says which it is. */
function addressType(type: string | null, family: "ip" | "ip6" | null): string | null {
  if (type !== "ip_addr" && type !== "ipv4_addr") return type;
  return family === "ip6" ? "ipv6_addr" : "ipv4_addr";
}
