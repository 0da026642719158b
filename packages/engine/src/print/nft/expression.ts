import { isField } from "../../ext/nft/field.ts";
import { inUnit, unitOf } from "../../ext/nft/bytes.ts";
import { isVerdict } from "../../ext/nft/verdict.ts";
import { printTime } from "../../ext/nft/time.ts";
import type { NftElement, NftExpression, NftRate, NftStatement, NftVerdict } from "../../model/nft.ts";
import type { NftPrintOptions } from "./options.ts";
import { printField } from "./field.ts";

type Binary = Extract<NftExpression, { readonly kind: "binary" }>;

/** How tightly operators bind (nftables src/expression.c, expr_binop_precedence: there the tightest is the smallest). */
const PRECEDENCE: Readonly<Record<Binary["op"], number>> = { "|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4 };

/** An expression as nft prints it. */
export function printExpression(expression: NftExpression, options: NftPrintOptions): string {
  const print = (inner: NftExpression): string => printExpression(inner, options);
  if (isField(expression)) return printField(expression, print);
  switch (expression.kind) {
    case "literal":
      return expression.quoted ? `"${expression.text}"` : expression.text;
    case "prefix":
      return `${print(expression.address)}/${String(expression.length)}`;
    case "range":
      return `${print(expression.from)}-${print(expression.to)}`;
    case "list":
      return expression.items.map(print).join(",");
    case "concat":
      return expression.parts.map(print).join(" . ");
    case "set":
      return printSet(expression.elements, ", ", options);
    case "set-ref":
      return `@${expression.name}`;
    case "wildcard":
      return "*";
    case "binary":
      return printBinary(expression, options);
    case "map":
      return `${print(expression.key)} map ${print(expression.map)}`;
    case "verbatim":
      return expression.text;
  }
}

function printBinary({ op, left, right }: Binary, options: NftPrintOptions): string {
  const operand = (expression: NftExpression, isRight: boolean): string => {
    const text = printExpression(expression, options);
    if (expression.kind !== "binary") return text;
    const [inner, outer] = [PRECEDENCE[expression.op], PRECEDENCE[op]];
    return inner < outer || (isRight && inner === outer) ? `(${text})` : text;
  };
  return `${operand(left, false)} ${op} ${operand(right, true)}`;
}

/** `{ … }`; between elements stands `separator`, or what a function of their number says. */
export function printSet(
  elements: readonly NftElement[],
  separator: string | ((count: number) => string),
  options: NftPrintOptions,
): string {
  let out = "{ ";
  for (const [index, element] of elements.entries()) {
    if (index > 0) out += typeof separator === "string" ? separator : separator(index);
    out += printElement(element, options);
  }
  return `${out} }`;
}

/** `KEY counter packets 1 bytes 2 timeout 1h expires 5m comment "…" : DATA` (set_elem_expr_print). */
export function printElement(element: NftElement, options: NftPrintOptions): string {
  let out = printExpression(element.key, options);
  for (const statement of element.statements) {
    if (isStateful(statement)) out += ` ${printStateful(statement, options)}`;
  }
  if (element.timeout !== null) out += ` timeout ${printTime(element.timeout)}`;
  if (element.expires !== null && options.stateless !== true) out += ` expires ${printTime(element.expires)}`;
  if (element.comment !== null) out += ` comment "${element.comment}"`;
  if (element.data !== null) out += ` : ${printData(element.data, options)}`;
  return out;
}

function printData(data: NftExpression | NftVerdict, options: NftPrintOptions): string {
  return isVerdict(data) ? printVerdict(data) : printExpression(data, options);
}

export function printVerdict(verdict: NftVerdict): string {
  return "chain" in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

export type Stateful = Extract<NftStatement, { readonly kind: "counter" | "limit" | "quota" | "last" | "ct-count" }>;

const STATEFUL: ReadonlySet<string> = new Set(["counter", "limit", "quota", "last", "ct-count"]);

export function isStateful(statement: NftStatement): statement is Stateful {
  return STATEFUL.has(statement.kind);
}

/** A statement that keeps a state, of a rule, a set or an element. */
export function printStateful(statement: Stateful, options: NftPrintOptions): string {
  if ("name" in statement && statement.name !== null) {
    return `${statement.kind} name ${printExpression(statement.name, options)}`;
  }
  switch (statement.kind) {
    case "counter":
      return statement.counters === null || options.stateless === true
        ? "counter"
        : `counter packets ${statement.counters.packets} bytes ${statement.counters.bytes}`;
    case "limit":
      return statement.rate === null ? "limit" : `limit ${printRate(statement.rate)}`;
    case "quota":
      return `quota ${printQuota(statement, options)}`;
    case "last":
      return statement.used === null || options.stateless === true ? "last" : `last used ${statement.used}`;
    case "ct-count":
      return `ct count ${statement.over ? "over " : ""}${String(statement.count)}`;
  }
}

/** The burst that a rate of packets has without naming one (nftables src/statement.c, limit_stmt_print). */
const DEFAULT_BURST = 5;

export function printRate({ over, rate, unit, per, burst, burstUnit }: NftRate): string {
  const isPackets = unit === "packets";
  const start = `rate ${over ? "over " : ""}${String(rate)}${isPackets ? "" : ` ${unit}`}/${per}`;
  const isDefault = burst === null || burst === (isPackets ? DEFAULT_BURST : 0);
  return isDefault ? start : `${start} burst ${String(burst)} ${burstUnit}`;
}

/** `over 10 mbytes used 5 kbytes`. */
export function printQuota(
  {
    over,
    bytes,
    used,
    unit,
  }: Pick<Extract<NftStatement, { readonly kind: "quota" }>, "over" | "bytes" | "used" | "unit">,
  options: NftPrintOptions,
): string {
  const isUsed = used !== null && used !== "0" && options.stateless !== true;
  const counted = (count: string, counts: string): string => `${inUnit(count, counts)} ${counts}`;
  return `${over ? "over " : ""}${counted(bytes, unit)}${isUsed ? ` used ${counted(used, unitOf(used))}` : ""}`;
}
