import { BARE_META } from "../../ext/nft/vocabulary.ts";
import type { Field } from "../../ext/nft/field.ts";
import type { NftExpression } from "../../model/nft.ts";

/** What a rule reads. */
export function printField(expression: Field, print: (expression: NftExpression) => string): string {
  switch (expression.kind) {
    case "payload":
      return `${expression.protocol} ${expression.field}`;
    case "payload-raw":
      return `@${expression.base},${String(expression.offset)},${String(expression.length)}`;
    case "exthdr":
      return expression.field === null ? `exthdr ${expression.header}` : `${expression.header} ${expression.field}`;
    case "tcp-option":
      return printTcpOption(expression);
    case "ip-option":
      return `ip option ${withField(expression.option, expression.field)}`;
    case "sctp-chunk":
      return `sctp chunk ${withField(expression.chunk, expression.field)}`;
    case "dccp-option":
      return `dccp option ${String(expression.option)}`;
    case "meta":
      return BARE_META.has(expression.key) ? expression.key : `meta ${expression.key}`;
    case "ct":
      return words("ct", expression.direction, expression.family, expression.key);
    case "rt":
      return words("rt", expression.family, expression.key);
    case "fib":
      return `fib ${expression.flags.join(" . ")} ${expression.result}`;
    case "socket":
      return words("socket", expression.key, counted("level", expression.level));
    case "osf":
      return words("osf", expression.ttl === null ? null : `ttl ${expression.ttl}`, expression.key);
    case "ipsec":
      return printIpsec(expression);
    case "numgen":
      return words("numgen", expression.mode, counted("mod", expression.modulus), offset(expression.offset));
    case "hash":
      return printHash(expression, print);
  }
}

function words(...all: readonly (string | null)[]): string {
  return all.filter((word) => word !== null).join(" ");
}

function withField(name: string, field: string | null): string {
  return words(name, field);
}

function counted(word: string, value: number | null): string | null {
  return value === null ? null : `${word} ${String(value)}`;
}

function offset(value: number): string | null {
  return value === 0 ? null : `offset ${String(value)}`;
}

function printTcpOption({ option, field, raw }: Extract<NftExpression, { readonly kind: "tcp-option" }>): string {
  if (raw !== null) return `tcp option @${option},${String(raw.offset)},${String(raw.length)}`;
  return `tcp option ${withField(option, field)}`;
}

function printIpsec(expression: Extract<NftExpression, { readonly kind: "ipsec" }>): string {
  const { key, direction, spnum, family } = expression;
  return words("ipsec", direction, spnum === 0 ? null : `spnum ${String(spnum)}`, family, key);
}

function printHash(
  expression: Extract<NftExpression, { readonly kind: "hash" }>,
  print: (expression: NftExpression) => string,
): string {
  const of = expression.of === null ? null : print(expression.of);
  const seed = expression.seed === null ? null : `seed 0x${expression.seed.toString(16)}`;
  return words(expression.type, of, counted("mod", expression.modulus), seed, offset(expression.offset));
}
