import { lengthOfMask } from "../../base/address.ts";
import { normaliseRanges } from "../../base/ranges.ts";
import type { NftExpression, NftMatch } from "../../model/nft.ts";
import type { AddressField, NumberField } from "../../program/field.ts";
import type { Test } from "../../program/test.ts";
import type { DataRange, Datum } from "../../program/value-set.ts";
import type { Value } from "../../program/value.ts";
import { readConstant, readRanges } from "./constant.ts";
import type { NftContext, Reading } from "./context.ts";
import { allBits, datum, knownType, nameOfDatum, only } from "./datatypes.ts";
import type { Datatype } from "./datatypes.ts";
import { readExpression, readKey } from "./expression.ts";
import { referenceOf } from "./set.ts";

/** The tests of a match, those that nft adds first; null: nobody here knows what it reads or what it is held against. */
export function compileMatch(match: NftMatch, context: NftContext): readonly Test[] | null {
  const { op, left, right } = match;
  if (left.kind === "concat" || right.kind === "set-ref") return compileLookup(match, context);
  const reading = readExpression(left, context);
  if (reading === null) return null;
  const { value, type, needs } = asPresence(reading, right);
  const test = isBits(op, type, right)
    ? bitTest(value, right, type, op)
    : rangeTest(value, rangesOf(op, right, type), op === "!=");
  return test === null ? null : [...needs, test];
}

/** `fib … missing`: the question is whether there is a device at all. */
function asPresence(reading: Reading, right: NftExpression): Reading {
  const { value } = reading;
  const isQuestion = right.kind === "literal" && (right.text === "exists" || right.text === "missing");
  if (value.kind !== "fib" || !isQuestion || value.spec.result === "type") return reading;
  const type = knownType("boolean");
  return { ...reading, type, value: { kind: "fib", bits: type.bits, spec: { ...value.spec, result: "present" } } };
}

/** Without an operator the bits of a bitmask are tested, not its value (netlink_gen_flagcmp). */
function isBits(op: NftMatch["op"], type: Datatype, right: NftExpression): boolean {
  return type.bitmask && (op === "in" || op === "!") && right.kind !== "set" && right.kind !== "range";
}

/** Any of the bits is set, or with `!` none. */
function bitTest(value: Value, right: NftExpression, type: Datatype, op: NftMatch["op"]): Test | null {
  const bits = readConstant(right, type);
  if (bits === null) return null;
  const none = [only(datum(0, type.bits))];
  const masked: Value = { kind: "binary", bits: value.bits, op: "&", left: value, right: constant(bits, value.bits) };
  return rangeTest(masked, none, op !== "!");
}

function constant(data: Datum, bits: number): Value {
  return { kind: "constant", bits, data };
}

/** What a value may be for the match to hold; with `!=`, what it must not be. */
function rangesOf(op: NftMatch["op"], right: NftExpression, type: Datatype): readonly DataRange[] | null {
  if (op === "in" || op === "==" || op === "!=" || op === "!") return readRanges(right, type);
  const bound = readConstant(right, type);
  if (bound === null) return null;
  const limit = BigInt(bound);
  const most = allBits(type.bits);
  const [from, to] = {
    "<": [0n, limit - 1n],
    "<=": [0n, limit],
    ">": [limit + 1n, most],
    ">=": [limit, most],
  }[op] as [bigint, bigint];
  return from > to ? [] : [{ from: datum(from, type.bits), to: datum(to, type.bits) }];
}

/** A set, or a concatenation of fields, is looked up. */
function compileLookup({ op, left, right }: NftMatch, context: NftContext): readonly Test[] | null {
  const key = readKey(left, context);
  if (key === null) return null;
  const elements = right.kind === "set" || right.kind === "set-ref" ? right : setOf(right);
  const set = referenceOf(elements, { types: key.map(({ type }) => type), data: [] }, context);
  if (set === null) return null;
  const values = key.map(({ value }) => value);
  const test: Test = { kind: "lookup", key: values, set, negated: op === "!=" };
  return [...key.flatMap(({ needs }) => needs), test];
}

function setOf(key: NftExpression): NftExpression {
  return { kind: "set", elements: [{ key, data: null, timeout: null, expires: null, comment: null, statements: [] }] };
}

/** The plainest core test that says the same. */
export function rangeTest(value: Value, ranges: readonly DataRange[] | null, negated: boolean): Test | null {
  if (ranges === null) return null;
  const compare: Test = { kind: "compare", value, ranges, negated };
  switch (value.kind) {
    case "number":
      return numberTest(value.field, 0xffff_ffff, ranges, negated) ?? compare;
    case "address":
      return addressTest(value.field, ranges, negated) ?? compare;
    case "device":
      return value.what === "name" ? deviceTest(value.side, ranges, negated) : compare;
    case "binary":
      return maskedTest(value, ranges, negated) ?? compare;
    case "choice":
      return chanceTest(value, ranges, negated) ?? compare;
    case "constant":
      return {
        kind: "const",
        value: ranges.some(({ from, to }) => value.data >= from && value.data <= to) !== negated,
      };
    default:
      return compare;
  }
}

function numberTest(field: NumberField, mask: number, ranges: readonly DataRange[], negated: boolean): Test | null {
  const numbers = ranges.flatMap(({ from, to }) =>
    typeof from === "number" && typeof to === "number" ? [{ from, to }] : [],
  );
  if (numbers.length !== ranges.length) return null;
  return { kind: "number", field, mask, ranges: normaliseRanges(numbers), negated };
}

/** One network or one range; more of them are compared as values. */
function addressTest(field: AddressField, ranges: readonly DataRange[], negated: boolean): Test | null {
  const [range] = ranges;
  if (range === undefined || ranges.length > 1) return null;
  const { from, to } = range;
  if (typeof from === "number" && typeof to === "number") {
    const mask = ~(from ^ to) >>> 0;
    return isNet(mask, (from & mask) >>> 0 === from && (to | mask) >>> 0 === 0xffff_ffff)
      ? { kind: "address", field, net: { value: from, mask }, negated }
      : { kind: "address-range", field, from, to, negated };
  }
  if (typeof from !== "bigint" || typeof to !== "bigint") return null;
  const mask = allBits(128) ^ (from ^ to);
  return isNet(mask, (from & mask) === from && (to | mask) === allBits(128))
    ? { kind: "address", field, net: { value: from, mask }, negated }
    : { kind: "address-range", field, from, to, negated };
}

function isNet(mask: Datum, isWhole: boolean): boolean {
  return isWhole && lengthOfMask(mask) !== null;
}

/** Names and beginnings of names. */
function deviceTest(side: (Value & { kind: "device" })["side"], ranges: readonly DataRange[], negated: boolean): Test {
  const tests = ranges.map(({ from, to }): Test => {
    const name = nameOfDatum(BigInt(from));
    return { kind: "interface", side, name, prefix: from !== to, negated };
  });
  const [first] = tests;
  if (tests.length === 1 && first !== undefined) return first;
  return negated ? { kind: "all", tests } : { kind: "any", tests };
}

/** `FIELD & MASK`: of a number, or of an address with a mask that may have holes. */
function maskedTest(
  { op, left, right }: Value & { kind: "binary" },
  ranges: readonly DataRange[],
  negated: boolean,
): Test | null {
  if (op !== "&" || right.kind !== "constant") return null;
  const mask = right.data;
  if (left.kind === "number" && typeof mask === "number") return numberTest(left.field, mask, ranges, negated);
  const [range] = ranges;
  if (left.kind !== "address" || ranges.length !== 1 || range === undefined || range.from !== range.to) return null;
  const value = range.from;
  const fits = typeof value === "number" ? (value & Number(mask)) >>> 0 === value : (value & BigInt(mask)) === value;
  return fits ? { kind: "address", field: left.field, net: { value, mask }, negated } : null;
}

function chanceTest(
  { modulus, offset, uniform }: Value & { kind: "choice" },
  ranges: readonly DataRange[],
  negated: boolean,
): Test | null {
  if (!uniform) return null;
  const size = ranges.reduce(
    (sum, { from, to }) =>
      sum + Math.max(0, Math.min(Number(to), offset + modulus - 1) - Math.max(Number(from), offset) + 1),
    0,
  );
  return { kind: "chance", probability: size / modulus, negated };
}
