import type { Action } from "../../program/action.ts";
import type { Test } from "../../program/test.ts";

/** An argument that nobody wrote, but that iptables-save prints. */
export function given<const T>(value: T): { readonly negated: false; readonly value: T } {
  return { negated: false, value };
}

type Some = Readonly<Record<string, unknown>>;

/** Which of these options was written last? Undefined: none. */
export function lastGiven<const N extends string>(args: Some, ...names: readonly N[]): N | undefined {
  return Object.keys(args)
    .map((key) => names.find((name) => name === key))
    .findLast((name) => name !== undefined);
}

/** The complaint of a tool that needs all of these options, or null. */
export function needs(args: Some, ...names: readonly string[]): string | null {
  const missing = names.find((name) => args[name] === undefined);
  return missing === undefined ? null : `--${missing} must be given`;
}

/** The complaint of a tool that needs exactly one of these options, or null. */
export function needsOneOf(args: Some, ...names: readonly string[]): string | null {
  const count = names.filter((name) => args[name] !== undefined).length;
  return count === 1 ? null : `exactly one of ${names.map((name) => `--${name}`).join(", ")} must be given`;
}

/** The complaint of a tool about two options that exclude each other, or null. */
export function notBoth(args: Some, one: string, other: string): string | null {
  return args[one] !== undefined && args[other] !== undefined ? `--${one} and --${other} exclude each other` : null;
}

/** What a rule does that no kernel would have loaded. */
export function malformed(target: string): Action {
  return { kind: "unknown", what: target, why: "malformed" };
}

/** The same for a match. */
export function malformedTest(match: string): Test {
  return { kind: "unknown", what: `-m ${match}`, why: "malformed" };
}
