import type { NftElement, NftFamily } from "../../model/nft.ts";
import { quoted, say } from "../report.ts";
import { readOne, passSeparators, skipStatement } from "./block.ts";
import { OBJECT_WORDS, takeObjectType } from "./object.ts";
import { fail, failed, isPunct, spanHere, takeIf, takeNameText, takeNumber, takeWord } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { readRule } from "./rule.ts";
import { findOrAdd, newChain, newSet, newTable, tableKey } from "./ruleset-draft.ts";
import type { ChainDraft, RulesetDraft, SetDraft, TableDraft } from "./ruleset-draft.ts";
import { advance } from "./scanner.ts";
import { readNamedElements } from "./set-block.ts";
import { readChain, readFlowtable, readObject, readSet, readTableBlock } from "./table-block.ts";

/** Reads everything: what `nft list ruleset` printed, and the commands of a script, one after the other. */
export function readCommands(reader: Reader, draft: RulesetDraft): void {
  while (hasStatement(reader)) {
    const before = reader.scanner.start;
    readOne(reader, () => readCommand(reader, draft));
    // A bracket that closes nothing.
    if (reader.scanner.start === before && isPunct(reader, "}")) advance(reader.scanner);
  }
}

function hasStatement(reader: Reader): boolean {
  passSeparators(reader);
  return reader.scanner.kind !== "end";
}

const FAMILIES: ReadonlyMap<string, NftFamily> = new Map([
  ["ip", "ip"],
  ["ip6", "ip6"],
  ["inet", "inet"],
  ["arp", "arp"],
  ["bridge", "bridge"],
  ["netdev", "netdev"],
]);

type Command = (reader: Reader, draft: RulesetDraft) => void;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["add", adding("add")],
  ["create", adding("add")],
  ["insert", adding("insert")],
  ["replace", adding("replace")],
  ["delete", readDelete],
  ["destroy", readDelete],
  ["flush", readFlush],
  ["rename", readRename],
  ...["list", "reset", "get", "monitor", "describe", "export"].map((word): [string, Command] => [word, passOver]),
]);

function readCommand(reader: Reader, draft: RulesetDraft): boolean {
  const { kind, word } = reader.scanner;
  if (kind !== "word") return false;
  const read = COMMANDS.get(word);
  if (read === undefined) return addThing(reader, draft, "add");
  const span = spanHere(reader);
  advance(reader.scanner);
  if (read === passOver) say(reader.report, "nft-passed-over", span, { command: word }, "info");
  read(reader, draft);
  return true;
}

/** What changes nothing. */
function passOver(reader: Reader): void {
  skipStatement(reader);
}

type How = "add" | "insert" | "replace";

function adding(how: How): Command {
  return (reader, draft) => {
    if (!addThing(reader, draft, how)) fail(reader);
  };
}

function addThing(reader: Reader, draft: RulesetDraft, how: How): boolean {
  const { word } = reader.scanner;
  if (word === "table") addTable(reader, draft);
  else if (word === "rule") {
    takeWord(reader);
    addRule(reader, draft, how);
  } else if (OBJECT_WORDS.has(word)) addObject(reader, draft);
  else {
    const add = THINGS.get(word);
    if (add === undefined) return false;
    takeWord(reader);
    const table = takeTable(reader, draft);
    if (!failed(reader)) add(reader, table);
  }
  return true;
}

const THINGS: ReadonlyMap<string, (reader: Reader, table: TableDraft) => void> = new Map([
  ["chain", (reader, table) => void readChain(reader, table)],
  ["set", (reader, table) => void readSet(reader, table, false)],
  ["map", (reader, table) => void readSet(reader, table, true)],
  ["flowtable", readFlowtable],
  ["element", addElements],
]);

function addElements(reader: Reader, table: TableDraft): void {
  readNamedElements(reader, takeSet(reader, table));
}

function addTable(reader: Reader, draft: RulesetDraft): void {
  takeWord(reader);
  const table = takeTable(reader, draft);
  if (!failed(reader) && isPunct(reader, "{")) readTableBlock(reader, table);
}

/** `counter [FAMILY] TABLE NAME …`: the family stands between the type and the names. */
function addObject(reader: Reader, draft: RulesetDraft): void {
  const type = takeObjectType(reader);
  const table = takeTable(reader, draft);
  if (!failed(reader)) readObject(reader, table, type);
}

/** `[FAMILY] TABLE`: without a family, ip. A table that nothing made before is made here. */
function takeTable(reader: Reader, draft: RulesetDraft): TableDraft {
  const span = spanHere(reader);
  const [family, name] = takeTableName(reader);
  if (failed(reader)) return newTable(family, name, span);
  return findOrAdd(draft, tableKey(family, name), () => newTable(family, name, span));
}

function takeTableName(reader: Reader): readonly [family: NftFamily, name: string] {
  const family = takeFamily(reader);
  return [family ?? "ip", takeNameText(reader)];
}

function takeFamily(reader: Reader): NftFamily | null {
  const { kind, word } = reader.scanner;
  const family = kind === "word" ? FAMILIES.get(word) : undefined;
  if (family === undefined) return null;
  takeWord(reader);
  return family;
}

function takeSet(reader: Reader, table: TableDraft): SetDraft {
  const span = spanHere(reader);
  const name = takeNameText(reader);
  const set = table.sets.get(name);
  if (set !== undefined) return set;
  sayMissing(reader, "set", name, span);
  const made = newSet(false, span);
  if (name !== "") table.sets.set(name, made);
  return made;
}

function sayMissing(reader: Reader, what: string, name: string, span: ReturnType<typeof spanHere>): void {
  if (name !== "") say(reader.report, "nft-missing", span, { what, name: quoted(name) });
}

function takeChain(reader: Reader, table: TableDraft): ChainDraft {
  const span = spanHere(reader);
  const name = takeNameText(reader);
  const chain = table.chains.get(name);
  if (chain !== undefined) return chain;
  sayMissing(reader, "chain", name, span);
  const made = newChain(name, span);
  if (name !== "") table.chains.set(name, made);
  return made;
}

/** `[FAMILY] TABLE CHAIN [handle|position|index N] STATEMENTS`. */
function addRule(reader: Reader, draft: RulesetDraft, how: How): void {
  const { scanner } = reader;
  const table = takeTable(reader, draft);
  const chain = takeChain(reader, table);
  const at = placeOf(chain, takePosition(reader));
  if (failed(reader)) return;
  scanner.inChain = true;
  const rule = readRule(reader);
  scanner.inChain = false;
  if (how === "replace" && at !== null) chain.rules[at] = rule;
  else if (how === "insert") chain.rules.splice(at ?? 0, 0, rule);
  else chain.rules.splice(at === null ? chain.rules.length : at + 1, 0, rule);
}

interface Position {
  readonly by: "handle" | "index";
  readonly value: number;
}

function takePosition(reader: Reader): Position | null {
  const { kind, word } = reader.scanner;
  if (kind !== "word" || (word !== "handle" && word !== "position" && word !== "index")) return null;
  takeWord(reader);
  return { by: word === "index" ? "index" : "handle", value: takeNumber(reader) };
}

/** Index of the rule that a position means; null: there is none. */
function placeOf(chain: ChainDraft, position: Position | null): number | null {
  if (position === null) return null;
  const { by, value } = position;
  const at = by === "index" ? value : chain.rules.findIndex(({ handle }) => handle === value);
  return at >= 0 && at < chain.rules.length ? at : null;
}

function readRename(reader: Reader, draft: RulesetDraft): void {
  takeWordIs(reader, "chain");
  const table = takeTable(reader, draft);
  const from = takeNameText(reader);
  const to = takeNameText(reader);
  if (failed(reader)) return;
  const chains = [...table.chains.values()];
  table.chains.clear();
  for (const chain of chains) {
    if (chain.name === from) chain.name = to;
    table.chains.set(chain.name, chain);
  }
}

function takeWordIs(reader: Reader, word: string): void {
  if (!takeIf(reader, word)) fail(reader);
}

/** `flush ruleset [FAMILY]`, `flush table …`, `flush chain …`, `flush set …`, `flush map …`. */
function readFlush(reader: Reader, draft: RulesetDraft): void {
  if (takeIf(reader, "ruleset")) {
    const family = takeFamily(reader);
    for (const [key, table] of draft) if (family === null || table.family === family) draft.delete(key);
    return;
  }
  const what = takeWord(reader);
  const table = findTable(reader, draft);
  if (what === "table") {
    for (const chain of table?.chains.values() ?? []) chain.rules = [];
    return;
  }
  const name = takeNameText(reader);
  const chain = table?.chains.get(name);
  const set = table?.sets.get(name);
  if (what === "chain" && chain !== undefined) chain.rules = [];
  else if (what !== "chain" && set !== undefined) set.elements = [];
}

/** `[FAMILY] TABLE` of a table that is there; flushing or deleting another changes nothing that is known. */
function findTable(reader: Reader, draft: RulesetDraft): TableDraft | undefined {
  const [family, name] = takeTableName(reader);
  return draft.get(tableKey(family, name));
}

/** `delete table …`, `delete chain …`, `delete rule … handle N`, `delete element … { … }`. */
function readDelete(reader: Reader, draft: RulesetDraft): void {
  const what = OBJECT_WORDS.has(reader.scanner.word) ? takeObjectType(reader) : takeWord(reader);
  if (what === "table") {
    const [family, name] = takeTableName(reader);
    draft.delete(tableKey(family, name));
    return;
  }
  const table = findTable(reader, draft);
  const name = takeNameText(reader);
  if (failed(reader)) return;
  if (what === "rule") deleteRule(reader, table?.chains.get(name));
  else if (what === "element") deleteElements(reader, table?.sets.get(name));
  else deleteThing(table, what, name);
}

function deleteThing(table: TableDraft | undefined, what: string, name: string): void {
  if (what === "chain") table?.chains.delete(name);
  else if (what === "set" || what === "map") table?.sets.delete(name);
  else if (what === "flowtable") table?.flowtables.delete(name);
  else table?.objects.delete(`${what} ${name}`);
}

function deleteRule(reader: Reader, chain: ChainDraft | undefined): void {
  const span = spanHere(reader);
  const position = takePosition(reader);
  if (position === null) fail(reader);
  const at = chain === undefined ? null : placeOf(chain, position);
  if (at === null) sayMissing(reader, "rule", String(position?.value ?? ""), span);
  else chain?.rules.splice(at, 1);
}

function deleteElements(reader: Reader, set: SetDraft | undefined): void {
  const gone: { elements: NftElement[] } = { elements: [] };
  readNamedElements(reader, gone);
  if (set === undefined) return;
  const keys = new Set(gone.elements.map(({ key }) => JSON.stringify(key)));
  set.elements = set.elements.filter(({ key }) => !keys.has(JSON.stringify(key)));
}
