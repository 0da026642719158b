import type { Range } from "../../base/ranges.ts";
import { normaliseRanges, single } from "../../base/ranges.ts";
import type { Args } from "../../model/ruleset.ts";
import type { NumberField, Test, UnknownWhy } from "../../program/test.ts";
import { printOptions } from "./args.ts";
import type { ArgsOf, Options } from "./codec.ts";
import type { Definition, MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";

/** A value that `!` may stand before. */
interface Negatable<T> {
  readonly negated: boolean;
  readonly value: T;
}

/** A test that always gives the same answer. */
export function always(value: boolean): Test {
  return { kind: "const", value };
}

/** All of the given tests, in order; absent ones are left out. None at all: yes. */
export function all(...tests: readonly (Test | undefined)[]): Test {
  const given = tests.filter((test) => test !== undefined);
  const [only] = given;
  if (only === undefined) return always(true);
  return given.length === 1 ? only : { kind: "all", tests: given };
}

/** Yes where one of the tests says yes. */
export function any(...tests: readonly Test[]): Test {
  return { kind: "any", tests };
}

export function not(test: Test): Test {
  return { kind: "not", test };
}

/** A field in one range or several, as the option says. */
export function numberIn(field: NumberField, arg: Negatable<Range | readonly Range[]>): Test {
  const ranges = "from" in arg.value ? [arg.value] : arg.value;
  return { kind: "number", field, mask: 0xffff_ffff, ranges: normaliseRanges(ranges), negated: arg.negated };
}

/** A field that is this number. */
export function numberIs(field: NumberField, arg: Negatable<number>): Test {
  return numberIn(field, { negated: arg.negated, value: single(arg.value) });
}

/** `(field & mask) === value`, the value taken as it is. */
export function masked(field: NumberField, mask: number, value: number, negated: boolean): Test {
  return { kind: "masked", field, mask, value, negated };
}

/** A number in the first IPv6 extension header of a type: where it stands, and which values it may have. */
interface ExtensionField {
  readonly type: number;
  readonly offset: number;
  readonly bytes: 1 | 2 | 4;
  /** All bits when absent. */
  readonly mask?: number;
}

export function extensionField(field: ExtensionField, arg: Negatable<Range | number>): Test {
  const range = typeof arg.value === "number" ? single(arg.value) : arg.value;
  const { type, offset, bytes, mask = 0xffff_ffff } = field;
  return { kind: "extension-field", type, offset, bytes, mask, ranges: normaliseRanges([range]), negated: arg.negated };
}

/** What a snapshot cannot answer, named as the rule spells it. */
export function unanswerable(name: string, options: Options, args: Args, why: UnknownWhy): Test {
  return { kind: "unknown", what: `-m ${name}${printOptions(options, args)}`, why };
}

/** A match whose answer no snapshot holds, whatever its arguments. */
export function defineUnanswerable<const O extends Options>(
  definition: Omit<Definition<O, Test>, "compile"> & { readonly why: UnknownWhy },
): MatchExtension {
  const { name, options, why } = definition;
  return defineMatch<O>({ ...definition, compile: (args) => unanswerable(name, options, untyped(args), why) });
}

/** The arguments of any table, as those of no table in particular. */
function untyped<O extends Options>(args: ArgsOf<O>): Args {
  const plain: Record<string, Args[string]> = {};
  for (const name in args) plain[name] = args[name];
  return plain;
}
