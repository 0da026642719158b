import { closeBlock, readBlock } from "./block.ts";
import { readChainBlock } from "./chain.ts";
import { readFlowtableBlock } from "./flowtable.ts";
import { OBJECT_WORDS, readObjectBody, takeObjectType } from "./object.ts";
import { failed, isPunct, spanHere, takeNameText, takeString, takeWords } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { findOrAdd, newChain, newSet } from "./ruleset-draft.ts";
import type { ChainDraft, SetDraft, TableDraft } from "./ruleset-draft.ts";
import { advance } from "./scanner.ts";
import { readSetBlock } from "./set-block.ts";

/** `{ chain … set … counter … }`. */
export function readTableBlock(reader: Reader, table: TableDraft): void {
  table.handle = readBlock(reader, () => readMember(reader, table)) ?? table.handle;
  closeBlock(reader);
}

function readMember(reader: Reader, table: TableDraft): boolean {
  const { kind, word } = reader.scanner;
  if (kind !== "word") return false;
  if (OBJECT_WORDS.has(word)) {
    readObject(reader, table, takeObjectType(reader));
    return true;
  }
  const read = MEMBERS.get(word);
  if (read === undefined) return false;
  advance(reader.scanner);
  read(reader, table);
  return true;
}

const MEMBERS: ReadonlyMap<string, (reader: Reader, table: TableDraft) => void> = new Map([
  ["comment", readComment],
  ["flags", readFlags],
  ["chain", (reader, table) => void readChain(reader, table)],
  ["set", (reader, table) => void readSet(reader, table, false)],
  ["map", (reader, table) => void readSet(reader, table, true)],
  ["flowtable", readFlowtable],
]);

function readComment(reader: Reader, table: TableDraft): void {
  const comment = takeString(reader);
  if (!failed(reader)) table.comment = comment;
}

function readFlags(reader: Reader, table: TableDraft): void {
  const flags = takeWords(reader);
  if (!failed(reader)) table.flags = flags;
}

/** `NAME [{ … }]`: what follows `chain`. */
export function readChain(reader: Reader, table: TableDraft): ChainDraft {
  const span = spanHere(reader);
  const name = takeNameText(reader);
  if (failed(reader)) return newChain(name, span);
  const chain = findOrAdd(table.chains, name, () => newChain(name, span));
  if (isPunct(reader, "{")) readChainBlock(reader, chain, table.family);
  return chain;
}

/** What follows `set` or `map`. */
export function readSet(reader: Reader, table: TableDraft, isMap: boolean): SetDraft {
  const span = spanHere(reader);
  const name = takeNameText(reader);
  if (failed(reader)) return newSet(isMap, span);
  const set = findOrAdd(table.sets, name, () => newSet(isMap, span));
  if (isPunct(reader, "{")) readSetBlock(reader, set);
  return set;
}

/** `NAME { … }` of an object of this type. */
export function readObject(reader: Reader, table: TableDraft, type: string): void {
  const span = spanHere(reader);
  const name = takeNameText(reader);
  if (failed(reader)) return;
  const object = findOrAdd(table.objects, `${type} ${name}`, () => {
    return { type, name, handle: null, comment: null, body: [], span };
  });
  readObjectBody(reader, object);
}

export function readFlowtable(reader: Reader, table: TableDraft): void {
  const span = spanHere(reader);
  const name = takeNameText(reader);
  if (failed(reader)) return;
  const flowtable = findOrAdd(table.flowtables, name, () => {
    return { handle: null, hook: "ingress", priority: 0, devices: [], flags: [], span };
  });
  if (isPunct(reader, "{")) readFlowtableBlock(reader, flowtable, table.family);
}
