import type { Extension } from "../../ext/xt/define.ts";
import type { Args } from "../../model/ruleset.ts";

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
