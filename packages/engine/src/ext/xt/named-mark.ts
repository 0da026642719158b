import type { Args } from "../../model/ruleset.ts";
import type { NumberField, Test } from "../../program/test.ts";
import type { Options } from "./codec.ts";
import type { NamedMark } from "./codecs-match.ts";
import { masked, unanswerable } from "./lower.ts";

interface NamedField {
  readonly field: NumberField;
  /** The one name that every node has, for 0. */
  readonly zero: string;
  /** The kernel masks the value as well, so that bits outside the mask do not count. */
  readonly clearsValue: boolean;
}

/** A field that must have a value which may be given by a name; other names are in files that no snapshot has. */
export function namedMarkTest(
  { field, zero, clearsValue }: NamedField,
  { negated, value }: { readonly negated: boolean; readonly value: NamedMark },
  what: readonly [name: string, options: Options, args: Args],
): Test {
  if ("name" in value) {
    return value.name === zero ? masked(field, 0xffff_ffff, 0, negated) : unanswerable(...what, "object");
  }
  return masked(field, value.mask, clearsValue ? (value.value & value.mask) >>> 0 : value.value, negated);
}
