import { parseTime } from "../../ext/nft/time.ts";
import type { NftElement, NftExpression, NftStatement, NftVerdict } from "../../model/nft.ts";
import { expectPunct, fail, isPunct, nested, takeIf, takePunctIf, takeString } from "./reader.ts";
import type { Mode, Reader } from "./reader.ts";
import { advance } from "./scanner.ts";
import { readStateful } from "./stateful.ts";
import { readVerdict } from "./verdict.ts";

/** `{ 22, 80-90 }`, `{ 22 : accept }`. */
export function readSet(reader: Reader, mode: Mode): NftExpression {
  expectPunct(reader, "{");
  const elements: NftElement[] = [];
  nested(reader, () => readElements(reader, mode, elements), null);
  expectPunct(reader, "}");
  return { kind: "set", elements: elements.slice() };
}

function readElements(reader: Reader, mode: Mode, elements: NftElement[]): null {
  while (!closesHere(reader)) {
    const element = readElement(reader, mode);
    if (reader.failure !== null) return null;
    addElement(reader, element, elements);
    skipNewlines(reader);
    if (!takePunctIf(reader, ",")) return null;
  }
  return null;
}

/** A variable inside a set may stand for several elements. */
export function addElement(reader: Reader, element: NftElement, elements: NftElement[]): void {
  if (element.key.kind !== "set") {
    elements.push(element);
    return;
  }
  reader.budget -= element.key.elements.length;
  if (reader.budget < 0) fail(reader);
  else for (const one of element.key.elements) elements.push(one);
}

/** Whether, behind line ends, the closing bracket stands. */
export function closesHere(reader: Reader): boolean {
  skipNewlines(reader);
  return isPunct(reader, "}");
}

export function skipNewlines({ scanner }: Reader): void {
  while (scanner.kind === "newline") advance(scanner);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One for all: maps have many elements, and next to none has statements. */
const NO_STATEMENTS: readonly NftStatement[] = [];

/** `KEY [timeout T] [expires T] [counter …] [comment "…"] [: DATA]`. */
export function readElement(reader: Reader, mode: Mode): NftElement {
  const key = reader.concat(reader, mode);
  const element: Writable<NftElement> = {
    key,
    data: null,
    timeout: null,
    expires: null,
    comment: null,
    statements: NO_STATEMENTS,
  };
  while (reader.scanner.kind === "word" && readOption(reader, element));
  if (takePunctIf(reader, ":")) {
    skipNewlines(reader);
    element.data = readData(reader, mode);
    while (reader.scanner.kind === "word" && readOption(reader, element));
  }
  return element;
}

function readOption(reader: Reader, element: Writable<NftElement>): boolean {
  if (takeIf(reader, "timeout")) element.timeout = takeTime(reader);
  else if (takeIf(reader, "expires")) element.expires = takeTime(reader);
  else if (takeIf(reader, "comment")) element.comment = takeString(reader);
  else {
    const statement = readStateful(reader);
    if (statement === null) return false;
    element.statements = [...element.statements, statement];
  }
  return true;
}

/** Seconds. */
export function takeTime(reader: Reader): number {
  const { kind, word } = reader.scanner;
  const seconds = kind === "word" || kind === "string" ? parseTime(word) : null;
  if (seconds === null) fail(reader);
  else advance(reader.scanner);
  return seconds ?? 0;
}

function readData(reader: Reader, mode: Mode): NftExpression | NftVerdict {
  return readVerdict(reader) ?? (mode === "constant" ? reader.concat(reader, "constant") : reader.value(reader));
}
