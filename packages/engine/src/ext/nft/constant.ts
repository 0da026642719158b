import type { NftExpression } from "../../model/nft.ts";
import type { DataRange, Datum } from "../../program/value-set.ts";
import type { Datatype } from "./datatypes.ts";
import { allBits, datum, only } from "./datatypes.ts";

/** Values of one type that a rule or a set spells out: a number, name, prefix, range, or bits joined; null: none of these. */
export function readRanges(expression: NftExpression, type: Datatype): readonly DataRange[] | null {
  switch (expression.kind) {
    case "literal": {
      const range = type.read(expression.text);
      return range === null ? null : [range];
    }
    case "prefix":
      return readPrefix(expression, type);
    case "range": {
      const [from, to] = [readConstant(expression.from, type), readConstant(expression.to, type)];
      return from === null || to === null || typeof from !== typeof to ? null : [{ from, to }];
    }
    case "list":
      return type.bitmask ? onlyConstant(expression, type) : allRanges(expression.items, type);
    case "binary":
      return onlyConstant(expression, type);
    case "set":
      return allRanges(
        expression.elements.map(({ key }) => key),
        type,
      );
    default:
      return null;
  }
}

function onlyConstant(expression: NftExpression, type: Datatype): readonly DataRange[] | null {
  const value = readConstant(expression, type);
  return value === null ? null : [only(value)];
}

function allRanges(expressions: readonly NftExpression[], type: Datatype): readonly DataRange[] | null {
  const ranges: DataRange[] = [];
  for (const expression of expressions) {
    const own = readRanges(expression, type);
    if (own === null) return null;
    for (const range of own) ranges.push(range);
  }
  return ranges;
}

function readPrefix(
  { address, length }: NftExpression & { kind: "prefix" },
  type: Datatype,
): readonly DataRange[] | null {
  const value = readConstant(address, type);
  if (value === null || length < 0 || length > type.bits) return null;
  const host = allBits(type.bits - length);
  const from = BigInt(value) & ~host & allBits(type.bits);
  return [{ from: datum(from, type.bits), to: datum(from | host, type.bits) }];
}

/** One value; bits joined by commas or `|` are one, too. */
export function readConstant(expression: NftExpression, type: Datatype): Datum | null {
  switch (expression.kind) {
    case "literal": {
      const range = type.read(expression.text);
      return range?.from === range?.to ? (range?.from ?? null) : null;
    }
    case "list":
      return type.bitmask ? joined(expression.items, type) : null;
    case "binary": {
      const [left, right] = [readConstant(expression.left, type), readConstant(expression.right, type)];
      if (left === null || right === null) return null;
      return datum(operate(expression.op, BigInt(left), BigInt(right)) & allBits(type.bits), type.bits);
    }
    default:
      return null;
  }
}

function joined(items: readonly NftExpression[], type: Datatype): Datum | null {
  let bits = 0n;
  for (const item of items) {
    const value = readConstant(item, type);
    if (value === null) return null;
    bits |= BigInt(value);
  }
  return datum(bits, type.bits);
}

/** Shifts beyond any register give nothing. */
function operate(op: "&" | "|" | "^" | "<<" | ">>", left: bigint, right: bigint): bigint {
  switch (op) {
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "<<":
      return right > 128n ? 0n : left << right;
    case ">>":
      return right > 128n ? 0n : left >> right;
  }
}
