import { spellSet, spellStatement, typesOf } from "../../ext/nft/literals.ts";
import type { TypeName } from "../../ext/nft/literals.ts";
import type { NftChain, NftFlowtable, NftObject, NftRule, NftSet, NftTable } from "../../model/nft.ts";
import { printElement } from "./expression.ts";
import { array, flag, listOrOne, number, object, optional, string } from "./json.ts";
import type { Entry, JsonText } from "./json.ts";
import { bodyEntries } from "./object.ts";
import { spellAsJson } from "./spelling.ts";
import { printAddedStatements, printStatement } from "./statement.ts";

const METAINFO = object([
  "metainfo",
  object(["version", string("1.0.6")], ["release_name", string("Lester Gooch #5")], ["json_schema_version", number(1)]),
]);

/**
 * As `nft -j list ruleset` of nftables 1.0.6 prints these tables, on one line; and what 1.0.6 leaves out though its schema has
 * it: comments of tables and chains, devices, `auto-merge`. Handles that are not known are left out.
 */
export function printNftJson(tables: readonly NftTable[]): string {
  return `${object(["nftables", array([METAINFO, ...tables.flatMap(printTable)])])}\n`;
}

function printTable(table: NftTable): readonly JsonText[] {
  const { chains, objects, sets, flowtables } = table;
  return [
    printHead(table),
    ...objects.map((one) => printObject(one, table)),
    ...sets.map((set) => printNamedSet(set, table)),
    ...flowtables.map((flowtable) => printFlowtable(flowtable, table)),
    ...chains.map((chain) => printChain(chain, table)),
    ...chains.flatMap((chain) => chain.rules.map((rule) => printRule(rule, chain, table))),
  ];
}

function printHead({ family, name, handle, flags, comment }: NftTable): JsonText {
  return object([
    "table",
    object(
      ["family", string(family)],
      ["name", string(name)],
      ["handle", optional(handle, number)],
      ["flags", listOrOne(flags)],
      ["comment", optional(comment, string)],
    ),
  ]);
}

/** What says which thing of which table this is. */
function place(thing: { readonly name: string }, { family, name }: NftTable): readonly Entry[] {
  return [
    ["family", string(family)],
    ["name", string(thing.name)],
    ["table", string(name)],
  ];
}

function printObject(one: NftObject, table: NftTable): JsonText {
  return object([
    one.type,
    object(
      ...place(one, table),
      ["handle", optional(one.handle, number)],
      ["comment", optional(one.comment, string)],
      ...bodyEntries(one),
    ),
  ]);
}

/** nft 1.0.6 takes neither `typeof` nor `dynamic` back, and prints neither. */
function printNamedSet(set: NftSet, table: NftTable): JsonText {
  const types = set.typeof === null ? set.type : typesOf(set.typeof).map(typeName);
  const data = set.typeofData === null ? set.data : typesOf(set.typeofData).map(typeName);
  const elements = spellSet(set, spellAsJson).elements ?? [];
  const stmt = printAddedStatements(set.statements);
  return object([
    set.data === null ? "set" : "map",
    object(
      ...place(set, table),
      ["type", listOrOne(types)],
      ["handle", optional(set.handle, number)],
      ["comment", optional(set.comment, string)],
      ["map", optional(data, (names) => string(names.join(" . ")))],
      ["policy", optional(set.policy, string)],
      ["size", optional(set.size, number)],
      ["flags", listOf(set.flags.filter((one) => one !== "dynamic"))],
      ["timeout", optional(set.timeout, number)],
      ["gc-interval", optional(set.gcInterval, number)],
      ["auto-merge", flag(set.autoMerge)],
      ["elem", elements.length === 0 ? null : array(elements.map(printElement))],
      ["stmt", stmt.length === 0 ? null : array(stmt)],
    ),
  ]);
}

/** As `set` declares it: raw bits are an `integer`, too. */
function typeName(type: TypeName): string {
  return type === null || type === "xinteger" ? "integer" : type;
}

function listOf(words: readonly string[]): JsonText | null {
  return words.length === 0 ? null : array(words.map(string));
}

function printFlowtable(flowtable: NftFlowtable, table: NftTable): JsonText {
  return object([
    "flowtable",
    object(
      ...place(flowtable, table),
      ["handle", optional(flowtable.handle, number)],
      ["hook", string(flowtable.hook)],
      ["prio", number(flowtable.priority)],
      ["dev", listOrOne(flowtable.devices)],
    ),
  ]);
}

function printChain({ name, handle, comment, base }: NftChain, table: NftTable): JsonText {
  return object([
    "chain",
    object(
      ["family", string(table.family)],
      ["table", string(table.name)],
      ["name", string(name)],
      ["handle", optional(handle, number)],
      ["comment", optional(comment, string)],
      ["dev", base === null ? null : listOrOne(base.devices)],
      ["type", base === null ? null : string(base.type)],
      ["hook", base === null ? null : string(base.hook)],
      ["prio", base === null ? null : number(base.priority)],
      ["policy", base === null ? null : string(base.policy)],
    ),
  ]);
}

function printRule(rule: NftRule, chain: NftChain, { family, name }: NftTable): JsonText {
  const expr = rule.statements.map((statement) =>
    printStatement(spellStatement(statement, family, spellAsJson), statement, family),
  );
  return object([
    "rule",
    object(
      ["family", string(family)],
      ["table", string(name)],
      ["chain", string(chain.name)],
      ["handle", optional(rule.handle, number)],
      ["comment", optional(rule.comment, string)],
      ["expr", array(expr)],
    ),
  ]);
}
