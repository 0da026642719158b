import type { NftExpression } from "../../model/nft.ts";
import { quoted, say } from "../report.ts";
import { HEADS, takeBits } from "./heads.ts";
import { expectPunct, fail, isPunct, lookup, nested, spanHere, takeNameText, takePunctIf, takeWord } from "./reader.ts";
import type { Mode, Reader } from "./reader.ts";
import { advance, peekWord } from "./scanner.ts";
import { readSet } from "./set-literal.ts";

const NOTHING: NftExpression = { kind: "verbatim", text: "" };

type BinaryOp = "&" | "|" | "^" | "<<" | ">>";

/** Operators by their words, loosest first (nftables src/parser_bison.y, basic_expr). */
const OPERATORS: ReadonlyMap<string, readonly [op: BinaryOp, precedence: number]> = new Map([
  ["|", ["|", 1]],
  ["or", ["|", 1]],
  ["^", ["^", 2]],
  ["xor", ["^", 2]],
  ["&", ["&", 3]],
  ["and", ["&", 3]],
  ["<<", ["<<", 4]],
  ["lshift", ["<<", 4]],
  [">>", [">>", 4]],
  ["rshift", [">>", 4]],
]);

/** An expression, or a concatenation of several. */
export function readConcat(reader: Reader, mode: Mode): NftExpression {
  const first = readOperation(reader, mode);
  if (!isPunct(reader, ".")) return first;
  const parts = [first];
  while (takePunctIf(reader, ".")) parts.push(readOperation(reader, mode));
  return { kind: "concat", parts };
}

/** What a rule writes, or where it sends: also the value that a map gives for a key, or several bits. */
export function readValue(reader: Reader, mode: Mode = "value"): NftExpression {
  let value = readConcat(reader, mode);
  while (isMapWord(reader)) value = readMap(reader, value);
  return isPunct(reader, ",") ? readListBehind(reader, value, mode) : value;
}

function isMapWord({ scanner }: Reader): boolean {
  return scanner.word === "map" && scanner.kind === "word";
}

/** `KEY map { … }`, `KEY map @name`; the key has been read. */
export function readMap(reader: Reader, key: NftExpression): NftExpression {
  advance(reader.scanner);
  return { kind: "map", key, map: readSetOrReference(reader) };
}

/** `{ … }`, `@name`, or a variable for either. */
export function readSetOrReference(reader: Reader): NftExpression {
  const set = readPrimary(reader, "constant");
  if (set.kind !== "set" && set.kind !== "set-ref") fail(reader);
  return set;
}

/** What an operator compares with: constants. */
export function readConstant(reader: Reader): NftExpression {
  const value = readConcat(reader, "constant");
  return isPunct(reader, ",") ? readListBehind(reader, value, "constant") : value;
}

function readListBehind(reader: Reader, first: NftExpression, mode: Mode): NftExpression {
  const items = [first];
  while (takePunctIf(reader, ",")) items.push(readOperation(reader, mode));
  return { kind: "list", items };
}

function readOperation(reader: Reader, mode: Mode): NftExpression {
  return readBehind(reader, readTerm(reader, mode), mode, 1);
}

/** Goes on behind `left` while operators bind at least this tightly. */
function readBehind(reader: Reader, first: NftExpression, mode: Mode, loosest: number): NftExpression {
  const { scanner } = reader;
  const operandMode = mode === "constant" ? "constant" : "value";
  let left = first;
  for (;;) {
    const operator = scanner.kind === "word" || scanner.kind === "punct" ? OPERATORS.get(scanner.word) : undefined;
    if (operator === undefined || operator[1] < loosest) return left;
    const [op, precedence] = operator;
    advance(scanner);
    const right = nested(
      reader,
      () => readBehind(reader, readTerm(reader, operandMode), operandMode, precedence + 1),
      NOTHING,
    );
    left = { kind: "binary", op, left, right };
  }
}

/** A value, with `/24` or `-VALUE` behind it. */
function readTerm(reader: Reader, mode: Mode): NftExpression {
  const from = readPrimary(reader, mode);
  if (mode === "expression" || reader.scanner.kind !== "punct") return from;
  if (isPunct(reader, "/") && isNumeric(from)) {
    advance(reader.scanner);
    return { kind: "prefix", address: from, length: takePrefixLength(reader) };
  }
  if (!takePunctIf(reader, "-")) return from;
  return { kind: "range", from, to: readPrimary(reader, mode) };
}

/** `/` behind names of flags is a mask: `syn / syn,ack`. */
function isNumeric(value: NftExpression): boolean {
  return value.kind === "literal" && /^[\d:]|:/.test(value.text);
}

function takePrefixLength(reader: Reader): number {
  const { kind, word } = reader.scanner;
  if (kind !== "word" || !/^\d{1,3}$/.test(word)) fail(reader);
  else advance(reader.scanner);
  return Number(word);
}

export function readPrimary(reader: Reader, mode: Mode): NftExpression {
  const { kind, word, literal } = reader.scanner;
  if (kind === "string") {
    advance(reader.scanner);
    return { kind: "literal", text: word, quoted: true };
  }
  if (kind === "punct") return readPunctuated(reader, mode);
  if (kind !== "word") {
    fail(reader);
    return NOTHING;
  }
  const head = mode === "constant" ? undefined : HEADS.get(word);
  if (head === undefined && mode === "expression") fail(reader);
  else advance(reader.scanner);
  const read = head?.(reader, word) ?? null;
  if (read !== null) return read;
  if (mode === "expression") fail(reader);
  return isPunct(reader, "[") ? { ...literal, text: withRemark(reader, word) } : literal;
}

const REMARK = /\[invalid type\]/y;

/** nft 1.0.6 prints `0x50 [invalid type]` where it does not know what a constant is. */
function withRemark({ scanner }: Reader, word: string): string {
  REMARK.lastIndex = scanner.start;
  const remark = REMARK.exec(scanner.text)?.[0];
  if (remark === undefined) return word;
  scanner.at = scanner.start + remark.length;
  advance(scanner);
  return `${word} ${remark}`;
}

function readPunctuated(reader: Reader, mode: Mode): NftExpression {
  switch (reader.scanner.word) {
    case "(":
      return readBracketed(reader, "(", ")", () => readOperation(reader, mode));
    case "[":
      return readBracketed(reader, "[", "]", () => readTerm(reader, "constant"));
    case "{":
      return readSet(reader, mode);
    case "@":
      return readReference(reader);
    case "$":
      return readVariable(reader);
    case "-":
      advance(reader.scanner);
      return { kind: "literal", text: `-${takeWord(reader)}`, quoted: false };
    case "*":
      advance(reader.scanner);
      return { kind: "wildcard" };
    default:
      fail(reader);
      return NOTHING;
  }
}

function readBracketed(reader: Reader, open: string, close: string, read: () => NftExpression): NftExpression {
  expectPunct(reader, open);
  const value = nested(reader, read, NOTHING);
  expectPunct(reader, close);
  return value;
}

const BASES: ReadonlyMap<string, "ll" | "nh" | "th" | "ih"> = new Map([
  ["ll", "ll"],
  ["nh", "nh"],
  ["th", "th"],
  ["ih", "ih"],
]);

/** `@name`, or `@th,16,16`. */
function readReference(reader: Reader): NftExpression {
  advance(reader.scanner);
  const base = reader.scanner.kind === "word" ? BASES.get(reader.scanner.word) : undefined;
  if (base === undefined || peekWord(reader.scanner) !== ",") {
    return { kind: "set-ref", name: takeNameText(reader, true) };
  }
  takeWord(reader);
  return { kind: "payload-raw", base, ...takeBits(reader) };
}

/** `$name`. Without a definition it is kept as it stands: unknown. */
function readVariable(reader: Reader): NftExpression {
  const span = spanHere(reader);
  advance(reader.scanner);
  const name = takeWord(reader);
  const value = lookup(reader, name);
  if (value !== undefined) return value;
  if (name !== "") say(reader.report, "nft-undefined", span, { name: quoted(name) });
  return { kind: "verbatim", text: `$${name}` };
}
