import type { NftRate, NftStatement } from "../../model/nft.ts";
import type { Json } from "../json.ts";
import { get, keepVerbatim, listOf, numberAt, onlyEntry, textAt, textOf } from "./reader.ts";
import type { Report } from "../report.ts";

type Read = (value: Json) => NftStatement | null;

/** Statements that sets and their elements can hold, too: they keep count, and some of them end the rule. */
export const COUNTING: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["counter", readCounter],
  ["limit", readLimit],
  ["quota", readQuota],
  ["last", (value) => ({ kind: "last", used: textAt(value, "used") })],
  ["ct count", (value) => ({ kind: "ct-count", over: isSet(value, "inv"), count: numberAt(value, "val") ?? 0 })],
]);

/** A flag: `"inv": true`. */
export function isSet(value: Json, key: string): boolean {
  return textAt(value, key) === "true";
}

/** The statements beside the value of an element, and those of a set, which stand in a list `stmt`. */
export function readElementStatements(element: Json | null, report: Report): readonly NftStatement[] {
  if (element?.kind !== "object") return [];
  const own = element.entries.flatMap(([key, value]) => COUNTING.get(key)?.(value) ?? []);
  const listed = listOf(get(element, "stmt")).map((item): NftStatement => {
    const [name, value] = onlyEntry(item) ?? ["", item];
    return COUNTING.get(name)?.(value) ?? keepVerbatim(item, report);
  });
  return [...own, ...listed];
}

function readCounter(value: Json): NftStatement {
  const name = value.kind === "scalar" ? textOf(value) : null;
  if (name !== null) return { kind: "counter", counters: null, name: { kind: "literal", text: name, quoted: true } };
  const [packets, bytes] = [textAt(value, "packets"), textAt(value, "bytes")];
  return { kind: "counter", counters: packets === null || bytes === null ? null : { packets, bytes }, name: null };
}

function readLimit(value: Json): NftStatement {
  const name = value.kind === "scalar" ? textOf(value) : null;
  if (name !== null) return { kind: "limit", name: { kind: "literal", text: name, quoted: true }, rate: null };
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

function readQuota(value: Json): NftStatement {
  const name = value.kind === "scalar" ? textOf(value) : null;
  return {
    kind: "quota",
    name: name === null ? null : { kind: "literal", text: name, quoted: true },
    over: isSet(value, "inv"),
    bytes: textAt(value, "val") ?? "0",
    used: textAt(value, "used"),
    unit: textAt(value, "val_unit") ?? "bytes",
  };
}
