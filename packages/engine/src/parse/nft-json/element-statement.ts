import { inBytes } from "../../ext/nft/bytes.ts";
import { printTime } from "../../ext/nft/time.ts";
import type { NftExpression, NftRate, NftStatement } from "../../model/nft.ts";
import type { Json } from "../json.ts";
import { get, keepVerbatim, listOf, numberAt, onlyEntry, textAt, textOf } from "./reader.ts";
import type { Report } from "../report.ts";

/** Reads an expression: what stands inside of one reaches it here. */
export type ReadExpression = (value: Json, report: Report) => NftExpression;

type Read = (value: Json, report: Report, expression: ReadExpression) => NftStatement | null;

/** Statements that sets and their elements can hold, too: they keep count, and some of them end the rule. */
export const COUNTING: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["counter", readCounter],
  ["limit", readLimit],
  ["quota", readQuota],
  ["last", readLast],
  ["ct count", (value) => ({ kind: "ct-count", over: isSet(value, "inv"), count: numberAt(value, "val") ?? 0 })],
]);

/** A flag: `"inv": true`. */
function isSet(value: Json, key: string): boolean {
  return textAt(value, key) === "true";
}

/** The statements beside the value of an element, and those of a set, which stand in a list `stmt`. */
export function readElementStatements(
  element: Json | null,
  report: Report,
  expression: ReadExpression,
): readonly NftStatement[] {
  if (element?.kind !== "object") return [];
  const own = element.entries.flatMap(([key, value]) => COUNTING.get(key)?.(value, report, expression) ?? []);
  const listed = listOf(get(element, "stmt")).map((item): NftStatement => {
    const [name, value] = onlyEntry(item) ?? ["", item];
    return COUNTING.get(name)?.(value, report, expression) ?? keepVerbatim(item, report);
  });
  return [...own, ...listed];
}

/** A name, or a map that gives names; null: the statement stands here itself. */
function readName(value: Json, report: Report, expression: ReadExpression): NftExpression | null {
  const isNamed = value.kind === "scalar" ? textOf(value) !== null : onlyEntry(value)?.[0] === "map";
  return isNamed ? expression(value, report) : null;
}

function readCounter(value: Json, report: Report, expression: ReadExpression): NftStatement {
  const name = readName(value, report, expression);
  if (name !== null) return { kind: "counter", counters: null, name };
  const [packets, bytes] = [textAt(value, "packets"), textAt(value, "bytes")];
  return { kind: "counter", counters: packets === null || bytes === null ? null : { packets, bytes }, name: null };
}

function readLimit(value: Json, report: Report, expression: ReadExpression): NftStatement {
  const name = readName(value, report, expression);
  if (name !== null) return { kind: "limit", name, rate: null };
  const rate: NftRate = {
    over: isSet(value, "inv"),
    rate: numberAt(value, "rate") ?? 0,
    unit: textAt(value, "rate_unit") ?? "packets",
    per: textAt(value, "per") ?? "second",
    burst: numberAt(value, "burst"),
    burstUnit: textAt(value, "burst_unit") ?? "packets",
  };
  return { kind: "limit", name: null, rate };
}

function readQuota(value: Json, report: Report, expression: ReadExpression): NftStatement {
  const name = readName(value, report, expression);
  if (name !== null) return { kind: "quota", name, over: false, bytes: "0", used: null, unit: "bytes" };
  const unit = textAt(value, "val_unit") ?? "bytes";
  const used = textAt(value, "used");
  return {
    kind: "quota",
    name: null,
    over: isSet(value, "inv"),
    bytes: inBytes(textAt(value, "val") ?? "0", unit),
    used: used === null ? null : inBytes(used, textAt(value, "used_unit") ?? "bytes"),
    unit,
  };
}

/** JSON has milliseconds. */
function readLast(value: Json): NftStatement {
  const used = numberAt(value, "used");
  return { kind: "last", used: used === null ? null : printTime(used / 1000) };
}
