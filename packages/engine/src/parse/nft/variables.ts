import type { NftExpression } from "../../model/nft.ts";
import { quoted, say } from "../report.ts";
import { readValue } from "./expression.ts";
import { expectPunct, failed, isStatementEnd, lookup, spanHere, takeWord } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { advance } from "./scanner.ts";

/** `define x = …`, `redefine`, `undefine`, `include`: what may stand in any block. False: none of them stands here. */
export function readVariableCommand(reader: Reader): boolean {
  const { kind, word } = reader.scanner;
  const read = kind === "word" ? COMMANDS.get(word) : undefined;
  if (read === undefined) return false;
  const span = spanHere(reader);
  advance(reader.scanner);
  if (word === "include") say(reader.report, "nft-include", span, { file: quoted(reader.scanner.word) });
  read(reader);
  return true;
}

const COMMANDS: ReadonlyMap<string, (reader: Reader) => void> = new Map([
  ["define", define],
  ["redefine", define],
  ["undefine", undefine],
  ["include", passOver],
]);

function define(reader: Reader): void {
  const name = takeWord(reader);
  expectPunct(reader, "=");
  const value = readValue(reader, "constant");
  if (!failed(reader)) ownScope(reader).set(name, value);
}

function ownScope({ scopes }: Reader): Map<string, NftExpression> {
  const own = scopes.at(-1) ?? new Map<string, NftExpression>();
  scopes[scopes.length - 1] = own;
  return own;
}

function undefine(reader: Reader): void {
  const name = takeWord(reader);
  if (lookup(reader, name) === undefined) return;
  for (const scope of reader.scopes) scope?.delete(name);
}

function passOver(reader: Reader): void {
  while (!isStatementEnd(reader)) advance(reader.scanner);
}
