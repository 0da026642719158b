import type { Draft } from "../../model/draft.ts";
import type { Parsed } from "../../model/diagnostic.ts";
import type {
  NftBaseChain,
  NftChain,
  NftExpression,
  NftFamily,
  NftFlowtable,
  NftObject,
  NftRule,
  NftSet,
  NftTable,
} from "../../model/nft.ts";
import { parseJsonObjects } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { diagnosticsOf, newReport, quoted, say } from "../report.ts";
import type { ParseOptions, Report } from "../report.ts";
import { spellElements, spellSet, typesOfSet } from "../../ext/nft/literals.ts";
import { readElementStatements } from "./element-statement.ts";
import { readElements, readExpression } from "./expression.ts";
import { readBody } from "./object.ts";
import { get, jsonText, listOf, numberAt, spanOf, textAt, textOf, textsAt } from "./reader.ts";
import { spellAsText } from "./spelling.ts";
import { readStatement } from "./statement.ts";

const FAMILIES: readonly NftFamily[] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

type TableDraft = Draft<NftTable>;
type ChainDraft = Draft<NftChain>;

/** Where a listing's things go: names are the listing's own, so they are keys of maps, never of objects. */
interface Listing {
  readonly report: Report;
  readonly tables: Map<string, TableDraft>;
  readonly chains: Map<string, ChainDraft>;
}

/** `nft -j list ruleset`: tables in the order of the listing. */
export function parseNftJson(text: string, file: string, options: ParseOptions = {}): Parsed<readonly NftTable[]> {
  const report = newReport(file, "nft -j");
  const listing: Listing = { report, tables: new Map(), chains: new Map() };
  for (const object of parseJsonObjects(unwrapped(text), report, options)) {
    for (const [kind, value] of object.entries) readThing(listing, kind, value);
  }
  return { value: [...listing.tables.values()], diagnostics: diagnosticsOf(report) };
}

const OPENING = /^\s*\{\s*"nftables"\s*:\s*\[/;
const CLOSING = /\]\s*\}\s*$/;

/** The list inside the one object of a listing, in its place: one broken rule must not hide all others. */
function unwrapped(text: string): string {
  const opening = OPENING.exec(text)?.[0] ?? "";
  if (opening === "") return text;
  const inside = blank(opening) + text.slice(opening.length);
  const end = inside.trimEnd();
  const closing = CLOSING.exec(end.slice(-200))?.[0] ?? "";
  return end.slice(0, end.length - closing.length);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

type Read = (listing: Listing, value: JsonObject) => void;

const OBJECT_TYPES = [
  "counter",
  "quota",
  "limit",
  "ct helper",
  "ct timeout",
  "ct expectation",
  "secmark",
  "synproxy",
  "tunnel",
] as const;

const THINGS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["metainfo", () => undefined],
  ["table", (listing, value) => void tableOf(listing, value, textAt(value, "name"))],
  ["chain", readChain],
  ["rule", readRule],
  ["set", readSet],
  ["map", readSet],
  ["element", readElementCommand],
  ["flowtable", readFlowtable],
  ...OBJECT_TYPES.map((type): [string, Read] => [
    type,
    (listing, value) => {
      readObject(listing, type, value);
    },
  ]),
]);

function readThing(listing: Listing, kind: string, value: Json): void {
  const read = THINGS.get(kind);
  if (read === undefined || value.kind !== "object") {
    say(listing.report, "unknown-nft-object", spanOf(value, listing.report), {
      text: quoted(`${JSON.stringify(kind)}: ${jsonText(value)}`),
    });
  } else read(listing, value);
}

/** The table that something belongs to, made where the listing has not named it; null: nobody can say which one. */
function tableOf(listing: Listing, value: JsonObject, name: string | null): TableDraft | null {
  const family = FAMILIES.find((known) => known === textAt(value, "family"));
  if (family === undefined || name === null) {
    say(listing.report, "unknown-nft-object", spanOf(value, listing.report), { text: quoted(jsonText(value)) });
    return null;
  }
  const key = `${family} ${name}`;
  const known = listing.tables.get(key);
  if (known !== undefined) return known;
  const table: TableDraft = {
    family,
    name,
    handle: numberAt(value, "handle"),
    flags: [...textsAt(value, "flags")],
    comment: textAt(value, "comment"),
    chains: [],
    sets: [],
    objects: [],
    flowtables: [],
    span: spanOf(value, listing.report),
  };
  listing.tables.set(key, table);
  return table;
}

const ownTable = (listing: Listing, value: JsonObject): TableDraft | null =>
  tableOf(listing, value, textAt(value, "table"));

function chainOf(listing: Listing, table: TableDraft | null, value: JsonObject, key: string): ChainDraft | null {
  const name = textAt(value, key);
  if (table === null || name === null) return null;
  const id = `${table.family} ${table.name} ${name}`;
  const known = listing.chains.get(id);
  if (known !== undefined) return known;
  const { report } = listing;
  const chain: ChainDraft = { name, handle: null, comment: null, base: null, rules: [], span: spanOf(value, report) };
  listing.chains.set(id, chain);
  table.chains.push(chain);
  return chain;
}

function readChain(listing: Listing, value: JsonObject): void {
  const chain = chainOf(listing, ownTable(listing, value), value, "name");
  if (chain === null) return;
  chain.handle = numberAt(value, "handle");
  chain.comment = textAt(value, "comment");
  chain.base = baseOf(listing, value);
}

function baseOf({ report }: Listing, value: JsonObject): NftBaseChain | null {
  const [type, hook, priority] = [textAt(value, "type"), textAt(value, "hook"), numberAt(value, "prio")];
  if (hook === null) return null;
  if ((type !== "filter" && type !== "nat" && type !== "route") || priority === null) {
    say(report, "unknown-nft-object", spanOf(value, report), { text: quoted(jsonText(value)) });
    return null;
  }
  const policy = textAt(value, "policy") === "drop" ? "drop" : "accept";
  return { type, hook, priority, devices: textsAt(value, "dev"), policy };
}

function readRule(listing: Listing, value: JsonObject): void {
  const table = ownTable(listing, value);
  const chain = chainOf(listing, table, value, "chain");
  if (table === null || chain === null) return;
  const { report } = listing;
  const rule: NftRule = {
    statements: listOf(get(value, "expr")).map((statement) => readStatement(statement, table.family, report)),
    comment: textAt(value, "comment"),
    handle: numberAt(value, "handle"),
    text: null,
    file: report.file,
    line: value.line,
  };
  chain.rules.push(rule);
}

/** A type as one word, words joined by ` . `, or a list; a `typeof` is an object around expressions. */
function typeOf(
  value: Json | undefined,
  report: Report,
): { readonly type: readonly string[]; readonly typeof: NftExpression | null } {
  if (value?.kind !== "object") {
    const type = listOf(value).flatMap((item) => textOf(item)?.split(/\s*\.\s*/) ?? []);
    return { type: type.map((word) => word.replace(/^interval /, "")), typeof: null };
  }
  const inner = get(value, "typeof");
  return { type: [], typeof: inner === undefined ? readExpression(value, report) : readExpression(inner, report) };
}

function readSet(listing: Listing, value: JsonObject): void {
  const table = ownTable(listing, value);
  const name = textAt(value, "name");
  if (table === null || name === null) return;
  const { report } = listing;
  const [key, data, elements] = [get(value, "type"), get(value, "map"), get(value, "elem")];
  const keyType = typeOf(key, report);
  const dataType = data === undefined ? null : typeOf(data, report);
  const flags = textsAt(value, "flags");
  const set: NftSet = {
    name,
    handle: numberAt(value, "handle"),
    ...keyType,
    data: dataType === null ? null : dataType.type,
    typeofData: dataType?.typeof ?? null,
    flags,
    timeout: numberAt(value, "timeout"),
    gcInterval: numberAt(value, "gc-interval"),
    size: numberAt(value, "size"),
    policy: textAt(value, "policy"),
    autoMerge: textAt(value, "auto-merge") === "true",
    comment: textAt(value, "comment"),
    statements: readElementStatements(value, report, readExpression),
    elements: elements === undefined ? [] : readElements(elements, report),
    span: spanOf(value, report),
  };
  table.sets.push(spellSet(set, spellAsText));
}

/** `{"element": {"family": …, "table": …, "name": SET, "elem": […]}}`. */
function readElementCommand(listing: Listing, value: JsonObject): void {
  const table = ownTable(listing, value);
  const at = table?.sets.findIndex(({ name }) => name === textAt(value, "name")) ?? -1;
  const set = table?.sets[at];
  if (table === null || set === undefined) return;
  const { key, data } = typesOfSet(set);
  const more = spellElements(readElements(get(value, "elem") ?? value, listing.report), key, data, spellAsText);
  table.sets[at] = { ...set, elements: [...(set.elements ?? []), ...more] };
}

function readObject(listing: Listing, type: string, value: JsonObject): void {
  const table = ownTable(listing, value);
  const name = textAt(value, "name");
  if (table === null || name === null) return;
  const object: NftObject = {
    type,
    name,
    handle: numberAt(value, "handle"),
    comment: textAt(value, "comment"),
    body: readBody(type, value),
    span: spanOf(value, listing.report),
  };
  table.objects.push(object);
}

function readFlowtable(listing: Listing, value: JsonObject): void {
  const table = ownTable(listing, value);
  const name = textAt(value, "name");
  if (table === null || name === null) return;
  const flowtable: NftFlowtable = {
    name,
    handle: numberAt(value, "handle"),
    hook: textAt(value, "hook") ?? "ingress",
    priority: numberAt(value, "prio") ?? 0,
    devices: textsAt(value, "dev"),
    flags: textsAt(value, "flags"),
    span: spanOf(value, listing.report),
  };
  table.flowtables.push(flowtable);
}
