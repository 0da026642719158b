import type { Range } from "../../base/ranges.ts";
import { normaliseRanges } from "../../base/ranges.ts";
import type { NumberField, Test } from "../../program/test.ts";

/** All of the given tests, in order; absent ones are left out. */
export function all(...tests: readonly (Test | undefined)[]): Test {
  const given = tests.filter((test) => test !== undefined);
  const [only] = given;
  return given.length === 1 && only !== undefined ? only : { kind: "all", tests: given };
}

/** A field in one range or several, as the option says. */
export function numberIn(
  field: NumberField,
  arg: { readonly negated: boolean; readonly value: Range | readonly Range[] },
): Test {
  const ranges = "from" in arg.value ? [arg.value] : arg.value;
  return { kind: "number", field, mask: 0xffff_ffff, ranges: normaliseRanges(ranges), negated: arg.negated };
}

/** `(field & mask) === value`, the value taken as it is. */
export function masked(field: NumberField, mask: number, value: number, negated: boolean): Test {
  return { kind: "masked", field, mask, value, negated };
}
