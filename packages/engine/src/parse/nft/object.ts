import type { NftObject } from "../../model/nft.ts";
import { closeBlock, readBlock } from "./block.ts";
import {
  expectPunct,
  failed,
  isStatementEnd,
  takeDigits,
  takeIf,
  takePunctIf,
  takeString,
  takeWord,
} from "./reader.ts";
import type { Reader } from "./reader.ts";
import type { ObjectDraft } from "./ruleset-draft.ts";
import { closesHere, skipNewlines } from "./set-literal.ts";
import { takeQuota, takeRate } from "./stateful.ts";
import { takeSynproxyOptions } from "./synproxy.ts";

type Body = NftObject["body"];

/**
 * What stands between the braces of each type of object, in pairs as `nft -j` has them: a quota is `bytes`, `used` and
 * `inv`, a limit `rate`, `per`, `burst`, … Where JSON has an object or a list, a pair is as the text has it.
 */
const BODIES: ReadonlyMap<string, (reader: Reader) => Body> = new Map([
  ["counter", readCounter],
  ["quota", readQuota],
  ["limit", readLimit],
  ["ct helper", readPairs],
  ["ct timeout", readPairs],
  ["ct expectation", readPairs],
  ["secmark", (reader): Body => [["context", takeString(reader)]]],
  ["synproxy", takeSynproxyOptions],
  ["tunnel", readPairs],
]);

/** Types of objects by their first word; of `ct` there are several. */
export const OBJECT_WORDS: ReadonlySet<string> = new Set(
  [...BODIES.keys()].map((type) => type.split(" ", 1)[0] ?? type),
);

/** `counter`, `ct helper`: the type that stands here. */
export function takeObjectType(reader: Reader): string {
  const word = takeWord(reader);
  return word === "ct" ? `ct ${takeWord(reader)}` : word;
}

/** What follows the name: `{ … }`, or in a command also without brackets. */
export function readObjectBody(reader: Reader, object: ObjectDraft): void {
  const read = (): boolean => readStatement(reader, object);
  if (reader.scanner.kind === "punct" && reader.scanner.word === "{") {
    object.handle = readBlock(reader, read) ?? object.handle;
    closeBlock(reader);
  } else if (!isStatementEnd(reader)) read();
}

function readStatement(reader: Reader, object: ObjectDraft): boolean {
  if (readComment(reader, object)) return true;
  const pairs = BODIES.get(object.type)?.(reader);
  if (pairs === undefined) return false;
  if (!failed(reader)) object.body = [...object.body, ...pairs];
  readComment(reader, object);
  return true;
}

function readComment(reader: Reader, object: ObjectDraft): boolean {
  if (!takeIf(reader, "comment")) return false;
  const comment = takeString(reader);
  if (!failed(reader)) object.comment = comment;
  return true;
}

function readCounter(reader: Reader): Body {
  const pairs: (readonly [string, string])[] = [];
  for (;;) {
    const { word } = reader.scanner;
    if (!takeIf(reader, "packets") && !takeIf(reader, "bytes")) return pairs;
    pairs.push([word, takeDigits(reader)]);
  }
}

function readQuota(reader: Reader): Body {
  const { over, bytes, used } = takeQuota(reader);
  return [
    ["bytes", bytes],
    ["used", used ?? "0"],
    ["inv", String(over)],
  ];
}

function readLimit(reader: Reader): Body {
  const { over, rate, unit, per, burst, burstUnit } = takeRate(reader);
  const isBytes = unit !== "packets";
  return [
    ["rate", String(rate)],
    ["per", per],
    ...(over ? ([["inv", "true"]] as const) : []),
    ...(isBytes ? ([["rate_unit", unit]] as const) : []),
    ...(burst === null || burst === 0 ? [] : ([["burst", String(burst)]] as const)),
    ...(isBytes && burst !== 0 ? ([["burst_unit", burstUnit]] as const) : []),
  ];
}

/** `type "ftp" protocol tcp`, `policy = { established : 100 }`: words and their values, to the end of the statement. */
function readPairs(reader: Reader): Body {
  const pairs: (readonly [string, string])[] = [];
  while (!isStatementEnd(reader)) {
    const name = takeWord(reader);
    pairs.push([name, takePunctIf(reader, "=") ? takeBraces(reader) : takeText(reader)]);
  }
  return pairs;
}

function takeText(reader: Reader): string {
  return reader.scanner.kind === "string" ? takeString(reader) : takeWord(reader);
}

/** `{ established : 100, close : 5 }` without its brackets. */
function takeBraces(reader: Reader): string {
  expectPunct(reader, "{");
  const items: string[] = [];
  while (!closesHere(reader)) {
    const state = takeWord(reader);
    expectPunct(reader, ":");
    items.push(`${state} : ${takeText(reader)}`);
    skipNewlines(reader);
    if (!takePunctIf(reader, ",")) break;
  }
  expectPunct(reader, "}");
  return items.join(", ");
}
