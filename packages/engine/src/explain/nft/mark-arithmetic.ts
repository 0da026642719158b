import { readConstant } from "../../ext/nft/constant.ts";
import { knownType } from "../../ext/nft/datatypes.ts";
import type { NftExpression, NftMatch, NftStatement } from "../../model/nft.ts";
import type { Bits } from "../bits.ts";

const ALL_BITS = 0xffff_ffff;

/** Whose 32 bits are meant: the packet's mark, or its connection's. */
export type MarkSource = "mark" | "ctmark";

/** `(source & keep) ^ flip`: what every chain of `&`, `|` and `^` with constants comes to. `source` null: a constant. */
export interface MarkValue {
  readonly source: MarkSource | null;
  readonly keep: number;
  readonly flip: number;
}

/** Null: it is no mark, or is made in another way. */
export function markValue(expression: NftExpression): MarkValue | null {
  const source = markSource(expression);
  if (source !== null) return { source, keep: ALL_BITS, flip: 0 };
  const constant = markConstant(expression);
  if (constant !== null) return { source: null, keep: 0, flip: constant };
  if (expression.kind !== "binary") return null;
  const left = markValue(expression.left);
  const right = markConstant(expression.right);
  if (left === null || right === null) return null;
  switch (expression.op) {
    case "&":
      return { ...left, keep: (left.keep & right) >>> 0, flip: (left.flip & right) >>> 0 };
    case "|":
      return { ...left, keep: (left.keep & ~right) >>> 0, flip: (left.flip | right) >>> 0 };
    case "^":
      return { ...left, flip: (left.flip ^ right) >>> 0 };
    case "<<":
    case ">>":
      return null;
  }
}

export function markSource(expression: NftExpression): MarkSource | null {
  if (expression.kind === "meta" && expression.key === "mark") return "mark";
  return expression.kind === "ct" && expression.key === "mark" ? "ctmark" : null;
}

function markConstant(expression: NftExpression): number | null {
  const value = readConstant(expression, knownType("mark"));
  return value === null ? null : Number(value);
}

/** `(what & mask) === value`, or with `!` not. */
export interface MarkTestOf extends Bits {
  readonly what: MarkSource;
  readonly negated: boolean;
}

/** What a match asks of a mark: one test, or several of which one must hold; null: it asks something else. */
export function markTestsOf({ op, left, right }: NftMatch): readonly MarkTestOf[] | null {
  const asked = markValue(left);
  if (asked === null) return null;
  if (asked.source === null || asked.flip !== 0) return null;
  if (op !== "in" && op !== "==" && op !== "!=") return null;
  const { source: what, keep: mask } = asked;
  const values = right.kind === "set" ? right.elements.map(({ key }) => markConstant(key)) : [markConstant(right)];
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return null;
  return known.map((value) => ({ what, value, mask, negated: op === "!=" }));
}

/** What a statement writes into the packet's mark, in the form of `--set-xmark`: `(mark & ~mask) ^ value`. */
export function markWriteOf(statement: NftStatement): Bits | null {
  if (statement.kind !== "mangle" || markSource(statement.target) !== "mark") return null;
  const written = markValue(statement.value);
  return written === null ? null : ownBits(written, "mark");
}

/** As bits of the mark that is written to; null: another mark is copied. */
export function ownBits({ source, keep, flip }: MarkValue, target: MarkSource): Bits | null {
  if (source === null) return { value: flip, mask: ALL_BITS };
  return source === target ? { value: flip, mask: ~keep >>> 0 } : null;
}

/** The bits that a statement copies from the connection's mark to the packet's; null: it does no such thing. */
export function restoredBitsOf(statement: NftStatement): number | null {
  if (statement.kind !== "mangle" || markSource(statement.target) !== "mark") return null;
  const written = markValue(statement.value);
  return written?.source === "ctmark" ? written.keep : null;
}
