import type { Family } from "../../base/address.ts";
import type { Args } from "../../model/ruleset.ts";
import type { Action } from "../../program/action.ts";
import type { LoweringContext, Test } from "../../program/test.ts";
import { typedArgs } from "./codec.ts";
import type { ArgsOf, Options } from "./codec.ts";

/**
 * One iptables extension, whole: its options in the order in which iptables-save prints them, and what it compiles to.
 * One file of this folder each; `registry.ts` lists them.
 */
export interface Extension {
  /** As after `-m` or `-j`. */
  readonly name: string;
  /** Families that have it; both when absent. */
  readonly families: readonly Family[];
  readonly options: Options;
  /** Kernel file and function, or man page section, that proves `compile`. */
  readonly source: string;
  /** Such a rule's mere presence activates conntrack in the netns (B.3). */
  readonly needsConntrack: boolean;
}

export interface MatchExtension extends Extension {
  readonly role: "match";
  compile(args: Args, context: LoweringContext): Test;
  /** Problems that the tool itself would refuse: a message, or null. */
  check(args: Args): string | null;
}

export interface TargetExtension extends Extension {
  readonly role: "target";
  compile(args: Args, context: LoweringContext): Action;
  check(args: Args): string | null;
}

interface Definition<O extends Options, Result> {
  readonly name: string;
  readonly families?: readonly Family[];
  readonly options: O;
  readonly source: string;
  readonly needsConntrack?: boolean;
  readonly compile: (args: ArgsOf<O>, context: LoweringContext) => Result;
  readonly check?: (args: ArgsOf<O>) => string | null;
}

export function defineMatch<const O extends Options>(definition: Definition<O, Test>): MatchExtension {
  return { role: "match", ...defined(definition) };
}

export function defineTarget<const O extends Options>(definition: Definition<O, Action>): TargetExtension {
  return { role: "target", ...defined(definition) };
}

function defined<O extends Options, Result>(
  definition: Definition<O, Result>,
): Extension & { compile(args: Args, context: LoweringContext): Result; check(args: Args): string | null } {
  return {
    name: definition.name,
    families: definition.families ?? ["ip", "ip6"],
    options: definition.options,
    source: definition.source,
    needsConntrack: definition.needsConntrack ?? false,
    compile: (args, context) => definition.compile(typedArgs<O>(args), context),
    check: (args) => definition.check?.(typedArgs<O>(args)) ?? null,
  };
}
