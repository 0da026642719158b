import { OBJECT_TYPES } from "../../ext/nft/vocabulary.ts";
import type { NftElement, NftStatement } from "../../model/nft.ts";
import { quoted, say } from "../report.ts";
import { closeBlock, readBlock } from "./block.ts";
import { readPrimary } from "./expression.ts";
import {
  expectPunct,
  fail,
  failed,
  isPunct,
  recover,
  spanHere,
  takeIf,
  takeNumber,
  takePunctIf,
  takeString,
  takeWord,
  takeWords,
} from "./reader.ts";
import type { Failure, Reader } from "./reader.ts";
import { advance } from "./scanner.ts";
import type { SetDraft } from "./ruleset-draft.ts";
import { addElement, closesHere, readElement, takeTime } from "./set-literal.ts";
import { readStateful } from "./stateful.ts";

/** `{ type … ; flags … ; elements = { … } }` of a named set or map. */
export function readSetBlock(reader: Reader, set: SetDraft): void {
  set.handle = readBlock(reader, () => readProperty(reader, set), OUTER) ?? set.handle;
  closeBlock(reader);
}

const OUTER: ReadonlySet<string> = new Set(["table", "chain", "set", "map"]);

/** What each property changes, if it can be read. */
const PROPERTIES: ReadonlyMap<string, (reader: Reader) => Partial<SetDraft>> = new Map<
  string,
  (reader: Reader) => Partial<SetDraft>
>([
  ["type", readType],
  ["typeof", readTypeof],
  ["flags", (reader) => ({ flags: takeWords(reader) })],
  ["timeout", (reader) => ({ timeout: takeTime(reader) })],
  ["gc-interval", (reader) => ({ gcInterval: takeTime(reader) })],
  ["size", (reader) => ({ size: takeNumber(reader) })],
  ["policy", (reader) => ({ policy: takeWord(reader) })],
  ["auto-merge", () => ({ autoMerge: true })],
  ["comment", (reader) => ({ comment: takeString(reader) })],
]);

function readProperty(reader: Reader, set: SetDraft): boolean {
  const { kind, word } = reader.scanner;
  const read = kind === "word" ? PROPERTIES.get(word) : undefined;
  if (read !== undefined) {
    advance(reader.scanner);
    const change = read(reader);
    if (!failed(reader)) Object.assign(set, change);
    return true;
  }
  if (takeIf(reader, "elements")) {
    readElementsProperty(reader, set);
    return true;
  }
  const statements = takeStatements(reader);
  if (!failed(reader)) set.statements = set.statements.concat(statements);
  return statements.length > 0;
}

function takeStatements(reader: Reader): readonly NftStatement[] {
  const statements: NftStatement[] = [];
  for (let one = readStateful(reader); one !== null; one = readStateful(reader)) statements.push(one);
  return statements;
}

/** `type ipv4_addr . inet_service [: verdict]`. */
function readType(reader: Reader): Partial<SetDraft> {
  const type = takeTypes(reader);
  if (!takePunctIf(reader, ":")) return { type };
  const intervals = takeInterval(reader);
  return { type, ...intervals, data: takeTypes(reader) };
}

function takeTypes(reader: Reader): readonly string[] {
  const types = [takeWord(reader)];
  while (takePunctIf(reader, ".")) types.push(takeWord(reader));
  return types;
}

/** `typeof ip saddr . tcp dport [: meta mark | verdict | counter]`. */
function readTypeof(reader: Reader): Partial<SetDraft> {
  const key = reader.concat(reader, "expression");
  if (!takePunctIf(reader, ":")) return { typeof: key };
  const intervals = takeInterval(reader);
  const { kind, word } = reader.scanner;
  const isNamed = kind === "word" && (word === "verdict" || OBJECT_TYPES.has(word));
  if (isNamed) return { typeof: key, data: [takeWord(reader)] };
  return { typeof: key, ...intervals, typeofData: reader.concat(reader, "expression") };
}

function takeInterval(reader: Reader): { readonly givesIntervals?: boolean } {
  return takeIf(reader, "interval") ? { givesIntervals: true } : {};
}

function readElementsProperty(reader: Reader, set: SetDraft): void {
  expectPunct(reader, "=");
  if (isPunct(reader, "$")) {
    const value = readPrimary(reader, "constant");
    if (value.kind !== "set") fail(reader);
    else for (const element of value.elements) set.elements.push(element);
  } else readNamedElements(reader, set);
}

/** `{ ELEMENT, … }`: one that cannot be read is kept as it stands, so that nobody takes the set for known. */
export function readNamedElements(reader: Reader, set: Pick<SetDraft, "elements">): void {
  const { scanner } = reader;
  const open = spanHere(reader);
  expectPunct(reader, "{");
  while (!closesHere(reader)) {
    if (scanner.kind === "end") {
      say(reader.report, "nft-unclosed", open, {});
      return;
    }
    if (scanner.kind === "fail") return;
    readNamedElement(reader, set);
    takePunctIf(reader, ",");
  }
  advance(scanner);
}

function readNamedElement(reader: Reader, set: Pick<SetDraft, "elements">): void {
  const { scanner } = reader;
  const from: Failure = { start: scanner.start, line: scanner.line, lineStart: scanner.lineStart };
  const element = readElement(reader, "constant");
  if (!isElementEnd(reader)) fail(reader);
  else addElement(reader, element, set.elements);
  if (reader.failure !== null) set.elements.push(keepElement(reader, reader.failure, from));
}

function isElementEnd({ scanner }: Reader): boolean {
  const { kind, word } = scanner;
  return kind === "newline" || kind === "end" || (kind === "punct" && (word === "," || word === "}"));
}

function keepElement(reader: Reader, failure: Failure, from: Failure): NftElement {
  const { scanner } = reader;
  recover(reader, failure);
  const span = spanHere(reader);
  recover(reader, from);
  do advance(scanner);
  while (!isElementEnd(reader));
  const text = scanner.text.slice(from.start, scanner.lastEnd);
  say(reader.report, "nft-bad-element", span, { element: quoted(text) });
  return {
    key: { kind: "verbatim", text },
    data: null,
    timeout: null,
    expires: null,
    comment: null,
    statements: [],
  };
}
