import type { NftExpression } from "../../model/nft.ts";
import type { Field } from "../../ext/nft/field.ts";
import { array, number, object, optional, string } from "./json.ts";
import type { JsonText } from "./json.ts";

/** What a rule reads, as `{"meta": {"key": "mark"}}`. */
export function printField(expression: Field, print: (expression: NftExpression) => JsonText): JsonText {
  switch (expression.kind) {
    case "payload":
      return object([
        "payload",
        object(["protocol", string(expression.protocol)], ["field", string(expression.field)]),
      ]);
    case "payload-raw":
      return object([
        "payload",
        object(
          ["base", string(expression.base)],
          ["offset", number(expression.offset)],
          ["len", number(expression.length)],
        ),
      ]);
    case "exthdr":
      return object(["exthdr", named(expression.header, expression.field)]);
    case "tcp-option":
      return object(["tcp option", tcpOption(expression)]);
    case "ip-option":
      return object(["ip option", named(expression.option, expression.field)]);
    case "sctp-chunk":
      return object(["sctp chunk", named(expression.chunk, expression.field)]);
    case "dccp-option":
      return object(["dccp option", object(["type", number(expression.option)])]);
    case "meta":
    case "socket":
      return object([expression.kind, object(["key", string(expression.key)])]);
    case "ct": {
      const key = expression.family === null ? expression.key : `${expression.family} ${expression.key}`;
      return object(["ct", object(["key", string(key)], ["dir", optional(expression.direction, string)])]);
    }
    case "rt":
      return object(["rt", object(["key", string(expression.key)], ["family", optional(expression.family, string)])]);
    case "fib":
      return object([
        "fib",
        object(["result", string(expression.result)], ["flags", array(expression.flags.map(string))]),
      ]);
    case "osf":
      return object(["osf", object(["key", string(expression.key)], ["ttl", optional(expression.ttl, string)])]);
    case "ipsec":
      return object([
        "ipsec",
        object(
          ["key", string(expression.key)],
          ["family", optional(expression.family, string)],
          ["dir", string(expression.direction)],
          ["spnum", number(expression.spnum)],
        ),
      ]);
    case "numgen":
      return object([
        "numgen",
        object(
          ["mode", string(expression.mode)],
          ["mod", number(expression.modulus)],
          ["offset", number(expression.offset)],
        ),
      ]);
    case "hash":
      return object([
        expression.type,
        object(
          ["mod", number(expression.modulus)],
          ["seed", optional(expression.seed, number)],
          ["offset", expression.offset === 0 ? null : number(expression.offset)],
          ["expr", optional(expression.of, print)],
        ),
      ]);
  }
}

function named(name: string, field: string | null): JsonText {
  return object(["name", string(name)], ["field", optional(field, string)]);
}

function tcpOption({ option, field, raw }: Extract<NftExpression, { readonly kind: "tcp-option" }>): JsonText {
  if (raw === null) return named(option, field);
  return object(["base", number(option)], ["offset", number(raw.offset)], ["len", number(raw.length)]);
}
