import type { Extension } from "../ext/xt/define.ts";
import type { Args } from "../model/ruleset.ts";

/** One option of a match or a target as iptables-save prints its value. */
export interface Printed {
  readonly option: string;
  /** Unquoted where that says the same; "" for a flag. */
  readonly text: string;
  readonly negated: boolean;
}

/** The options that were given, in the order in which the tool prints them. */
export function printedOptions(extension: Extension, args: Args): readonly Printed[] {
  return Object.entries(extension.options).flatMap(([option, { codec }]) => {
    const arg = args[option];
    return arg === undefined ? [] : [{ option, text: codec.print(arg.value), negated: arg.negated }];
  });
}

/** `0x4/0xf`, `0x4`: a value and the bits that count. */
export function parseBits(text: string): { readonly value: number; readonly mask: number } | null {
  const match = /^(0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?$/.exec(text);
  if (match === null) return null;
  return { value: Number(match[1]), mask: match[2] === undefined ? 0xffff_ffff : Number(match[2]) };
}

export function printHex(value: number): string {
  return `0x${value.toString(16)}`;
}
