import type { NftElement, NftExpression, NftFamily, NftSet, NftStatement } from "../../model/nft.ts";
import { datatypeOf } from "./datatype.ts";
import { isField } from "./field.ts";
import { isVerdict } from "./verdict.ts";
import { OBJECT_TYPES } from "./vocabulary.ts";

export type Literal = Extract<NftExpression, { readonly kind: "literal" }>;

/** A datatype as nft(8) names it, and `xinteger`: raw bits, which nft shows as hex; null: nobody knows. */
export type TypeName = string | null;

/** How a constant of this type is spelt. `ofRange`: it is one end of a range, where nft's text has numbers for names. */
export type Spell = (literal: Literal, type: TypeName, ofRange: boolean) => Literal;

/** One a field of a key; a constant that is no concatenation is of the only one. */
type Types = readonly TypeName[];

const UNKNOWN: Types = [null];
const NAME: Types = ["string"];
const DEVICE: Types = ["ifname"];

/** The datatypes of what an expression reads. */
export function typesOf(expression: NftExpression): Types {
  if (expression.kind === "concat") return expression.parts.map((part) => typesOf(part)[0] ?? null);
  if (expression.kind === "binary") return typesOf(expression.left);
  return expression.kind === "payload-raw" ? ["xinteger"] : [datatypeOf(expression)];
}

/** An expression with its constants spelt anew; `types`: of what stands in its place. */
function spelt(expression: NftExpression, types: Types, spell: Spell, ofRange = false): NftExpression {
  const inside = (inner: NftExpression, innerTypes = types): NftExpression => spelt(inner, innerTypes, spell, ofRange);
  if (isField(expression)) return expression;
  switch (expression.kind) {
    case "literal":
      return spell(expression, types.length === 1 ? (types[0] ?? null) : null, ofRange);
    case "prefix":
      return { ...expression, address: inside(expression.address) };
    case "range":
      return {
        ...expression,
        from: spelt(expression.from, types, spell, true),
        to: spelt(expression.to, types, spell, true),
      };
    case "list":
      return { ...expression, items: expression.items.map((item) => inside(item)) };
    case "concat":
      return { ...expression, parts: expression.parts.map((part, at) => inside(part, [types[at] ?? null])) };
    case "set":
      return { ...expression, elements: spellElements(expression.elements, types, UNKNOWN, spell) };
    case "binary": {
      const own = typesOf(expression);
      const operands = own[0] === null ? types : own;
      const isShift = expression.op === "<<" || expression.op === ">>";
      const left = inside(expression.left, operands);
      return { ...expression, left, right: inside(expression.right, isShift ? ["integer"] : operands) };
    }
    case "map":
      return speltMap(expression, types, spell);
    case "set-ref":
    case "wildcard":
    case "verbatim":
      return expression;
  }
}

/** `KEY map { … : DATA }`: what it gives has the types of its place. */
function speltMap<Kind extends { readonly key: NftExpression; readonly map: NftExpression }>(
  statement: Kind,
  data: Types,
  spell: Spell,
): Kind {
  const { key, map } = statement;
  if (map.kind !== "set") return { ...statement, key: spelt(key, UNKNOWN, spell) };
  const elements = spellElements(map.elements, typesOf(key), data, spell);
  return { ...statement, key: spelt(key, UNKNOWN, spell), map: { ...map, elements } };
}

/** Elements of a set or map of these types with their constants spelt anew. */
export function spellElements(
  elements: readonly NftElement[],
  key: Types,
  data: Types,
  spell: Spell,
): readonly NftElement[] {
  return elements.map((element) => ({
    ...element,
    key: spelt(element.key, key, spell),
    data: element.data === null || isVerdict(element.data) ? element.data : spelt(element.data, data, spell),
  }));
}

/** The types of a named set's keys, and of what a map gives; objects stand there by name. */
export function typesOfSet(set: Pick<NftSet, "type" | "typeof" | "data" | "typeofData">): {
  readonly key: Types;
  readonly data: Types;
} {
  const key = set.typeof === null ? set.type : typesOf(set.typeof);
  if (set.typeofData !== null) return { key, data: typesOf(set.typeofData) };
  const isOfObjects = set.data?.length === 1 && OBJECT_TYPES.has(set.data[0] ?? "");
  return { key, data: isOfObjects ? NAME : (set.data ?? UNKNOWN) };
}

/** A named set with the constants of its elements spelt anew. */
export function spellSet(set: NftSet, spell: Spell): NftSet {
  if (set.elements === null) return set;
  const { key, data } = typesOfSet(set);
  return { ...set, elements: spellElements(set.elements, key, data, spell) };
}

/** A statement of a table of this family with its constants spelt anew. */
export function spellStatement(statement: NftStatement, family: NftFamily, spell: Spell): NftStatement {
  const optional = (expression: NftExpression | null, types: Types): NftExpression | null =>
    expression === null ? null : spelt(expression, types, spell);
  switch (statement.kind) {
    case "match": {
      const types = typesOf(statement.left);
      return { ...statement, left: spelt(statement.left, types, spell), right: spelt(statement.right, types, spell) };
    }
    case "vmap":
      return speltMap(statement, UNKNOWN, spell);
    case "counter":
    case "limit":
    case "quota":
      return { ...statement, name: optional(statement.name, NAME) };
    case "ct-object":
      return { ...statement, name: spelt(statement.name, NAME, spell) };
    case "mangle":
      return { ...statement, value: spelt(statement.value, typesOf(statement.target), spell) };
    case "nat":
    case "tproxy":
      return {
        ...statement,
        address: optional(statement.address, UNKNOWN),
        port: optional(statement.port, ["inet_service"]),
      };
    case "queue":
      return { ...statement, queue: optional(statement.queue, UNKNOWN) };
    case "dup":
    case "fwd":
      // In netdev tables `dup to` takes a device.
      return {
        ...statement,
        address: optional(statement.address, family === "netdev" && statement.family === null ? DEVICE : UNKNOWN),
        device: optional(statement.device, DEVICE),
      };
    case "set-update":
      return { ...statement, key: spelt(statement.key, UNKNOWN, spell), data: optional(statement.data, UNKNOWN) };
    case "reject":
    case "accept":
    case "drop":
    case "continue":
    case "return":
    case "jump":
    case "goto":
    case "last":
    case "ct-count":
    case "notrack":
    case "log":
    case "meter":
    case "synproxy":
    case "flow":
    case "reset":
    case "xt":
    case "verbatim":
      return statement;
  }
}
