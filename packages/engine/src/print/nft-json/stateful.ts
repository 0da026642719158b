import { inUnit, unitOf } from "../../ext/nft/bytes.ts";
import { parseTime } from "../../ext/nft/time.ts";
import type { NftExpression, NftRate, NftStatement } from "../../model/nft.ts";
import type { Stateful } from "../nft/expression.ts";
import { flag, number, object, string } from "./json.ts";
import type { JsonText } from "./json.ts";

type Entry = readonly [key: string, value: JsonText];

/** A statement that keeps a state: its name, and what it says. */
export function statefulEntry(
  statement: Stateful,
  print: (expression: NftExpression) => JsonText,
  stateless = false,
): Entry {
  if ("name" in statement && statement.name !== null) return [statement.kind, print(statement.name)];
  switch (statement.kind) {
    case "counter":
      return ["counter", statement.counters === null || stateless ? "null" : counterOf(statement.counters)];
    case "limit":
      return ["limit", statement.rate === null ? "null" : limitOf(statement.rate)];
    case "quota":
      return ["quota", quotaOf(statement, stateless)];
    case "last":
      return ["last", statement.used === null || stateless ? "null" : object(["used", milliseconds(statement.used)])];
    case "ct-count":
      return ["ct count", object(["val", number(statement.count)], ["inv", flag(statement.over)])];
  }
}

function counterOf({ packets, bytes }: { readonly packets: string; readonly bytes: string }): JsonText {
  return object(["packets", number(packets)], ["bytes", number(bytes)]);
}

/** The burst that a rate of packets has without naming one. */
const DEFAULT_BURST = 5;

function limitOf({ over, rate, unit, per, burst, burstUnit }: NftRate): JsonText {
  const isBytes = unit !== "packets";
  return object(
    ["rate", number(rate)],
    ["burst", number(burst ?? (isBytes ? 0 : DEFAULT_BURST))],
    ["per", string(per)],
    ["inv", flag(over)],
    ["rate_unit", isBytes ? string(unit) : null],
    ["burst_unit", isBytes ? string(burstUnit) : null],
  );
}

function quotaOf(quota: Extract<NftStatement, { readonly kind: "quota" }>, stateless: boolean): JsonText {
  const { bytes, unit } = quota;
  const used = stateless || quota.used === "0" ? null : quota.used;
  const usedUnit = used === null ? null : unitOf(used);
  return object(
    ["val", number(inUnit(bytes, unit))],
    ["val_unit", string(unit)],
    ["inv", flag(quota.over)],
    ["used", used === null || usedUnit === null ? null : number(inUnit(used, usedUnit))],
    ["used_unit", usedUnit === null ? null : string(usedUnit)],
  );
}

/** Of a time as the text has it. */
export function milliseconds(time: string): JsonText {
  return number(Math.round((parseTime(time) ?? 0) * 1000));
}
