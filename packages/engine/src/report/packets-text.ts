import { printHex } from "../base/hex.ts";
import type { Speaker } from "../messages/catalogue.ts";
import type { Description, Product, Term, Value } from "../prove/describe/description.ts";
import type { Line } from "./document.ts";
import type { Json } from "./json.ts";
import { textLine, word } from "./document.ts";

/** What fields are called where packets are told: in the words in which one asks for them. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ["iif", "in"],
  ["oif", "out"],
  ["src", "from"],
  ["dst", "to"],
  ["proto", ""],
  ["dport", "port"],
  ["icmpType", "icmp type"],
  ["icmpCode", "icmp code"],
  ["ctState", "state"],
  ["tcpFlags", "tcp flags"],
]);

/** A set of packets, a line for each product; what has to be so and nobody knows stands below it. */
export function* packetLines({ products, rest }: Description, indent: number, say: Speaker): Iterable<Line> {
  for (const product of products) yield* productLines(product, indent, say);
  if (rest !== null) {
    yield textLine(indent, word(say.report("packets-rest"), "faint"));
    yield* productLines(rest, indent + 2, say);
  }
}

function* productLines({ terms, conditions }: Product, indent: number, say: Speaker): Iterable<Line> {
  yield textLine(indent, word(terms.length === 0 ? say.report("packets-all") : terms.map(termText).join(" ")));
  for (const { what, assumed } of conditions) {
    yield textLine(indent + 4, word(`${say.report(assumed ? "if" : "if-not")} `, "unsure"), word(say.sentence(what)));
  }
}

/** More are not shown. */
const MOST_VALUES = 12;

function termText({ field, not, values }: Term): string {
  const name = FIELDS.get(field) ?? field;
  const shown = values.slice(0, MOST_VALUES).map(valueText);
  const list = [...shown, ...(values.length > MOST_VALUES ? ["…"] : [])].join(",");
  return [...(not ? ["not"] : []), ...(name === "" ? [] : [name]), list].join(" ");
}

function valueText(value: Value): string {
  if ("name" in value) return value.name === "" ? "-" : value.name;
  if ("begins" in value) return value.isOther ? `${value.begins}…` : `${value.begins}+`;
  if ("net" in value) return value.net;
  if ("mask" in value) return `${printHex(value.value)}/${printHex(value.mask)}`;
  return value.from === value.to ? String(value.from) : `${String(value.from)}-${String(value.to)}`;
}

/** As docs/json-reach.md says. */
export function packetsJson({ products, rest }: Description): Json {
  return { products: products.map(productJson), rest: rest === null ? null : productJson(rest) };
}

function productJson({ terms, conditions }: Product): Json {
  return {
    terms: terms.map(({ field, not, values }) => ({ field, not, values: values.map((value) => ({ ...value })) })),
    conditions: conditions.map((condition) => ({ ...condition })),
  };
}
