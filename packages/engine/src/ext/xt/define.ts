import type { Family } from "../../base/address.ts";
import type { Args } from "../../model/ruleset.ts";
import type { Action } from "../../program/action.ts";
import type { LoweringContext, Test } from "../../program/test.ts";
import { typedArgs } from "./codec.ts";
import type { ArgsOf, Option, Options } from "./codec.ts";

/**
 * One iptables extension, whole: its options in the order in which iptables-save prints them, and what it compiles to.
 * One file of this folder each; `registry.ts` lists them.
 */
export interface Extension {
  /** As after `-m` or `-j`. */
  readonly name: string;
  /** Other names that the tool takes for it (`icmpv6` for `icmp6`); it prints `name`. */
  readonly aliases: readonly string[];
  /** Families that have it; both when absent. */
  readonly families: readonly Family[];
  readonly options: Options;
  /** Kernel file and function, or man page section, that proves `compile`. */
  readonly source: string;
  /** Such a rule's mere presence can activate conntrack in the netns (B.3); `activatesConntrack` says whether it does. */
  readonly needsConntrack: boolean;
  /** Does a rule with these arguments activate conntrack, whether or not a packet ever meets it? */
  activatesConntrack(args: Args): boolean;
  /** Such a rule's mere presence makes the kernel put fragments together before any rule (nf_defrag_ipv4_enable), as conntrack does. */
  readonly activatesDefrag: boolean;
  /**
   * The arguments as the kernel holds and iptables-save prints them: `--or-mark 1` becomes `--set-xmark 0x1/0x1`, what is
   * always printed is there. A parser calls this once, on the arguments in the order in which they were written (which
   * decides where a later option overrides an earlier one); everything else sees only the result. Idempotent.
   */
  normalise(args: Args): Args;
  /** False: `check` has no complaint about any arguments. */
  readonly checks: boolean;
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

/** What an extension's own file says of it. */
export interface Definition<O extends Options, Result> {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly families?: readonly Family[];
  readonly options: O;
  readonly source: string;
  /** A function where it depends on the arguments (`CT --notrack` does not). */
  readonly needsConntrack?: boolean | ((args: ArgsOf<O>) => boolean);
  readonly needsDefrag?: boolean;
  /** Absent: options are printed as they are written. */
  readonly normalise?: (args: ArgsOf<O>) => ArgsOf<O>;
  readonly compile: (args: ArgsOf<O>, context: LoweringContext) => Result;
  readonly check?: (args: ArgsOf<O>) => string | null;
}

export function defineMatch<const O extends Options>(definition: Definition<O, Test>): MatchExtension {
  return { role: "match", ...defined(definition) };
}

/**
 * A target. Arguments that its tool refuses are not normalised, so that `check` says the same before and after; a match
 * whose `check` needs the canonical form sees to that itself.
 */
export function defineTarget<const O extends Options>(definition: Definition<O, Action>): TargetExtension {
  const target = defined(definition);
  return {
    role: "target",
    ...target,
    normalise: (args) => (target.check(args) === null ? target.normalise(args) : args),
  };
}

function defined<O extends Options, Result>(
  definition: Definition<O, Result>,
): Extension & { compile(args: Args, context: LoweringContext): Result; check(args: Args): string | null } {
  const { needsConntrack = false, needsDefrag = false } = definition;
  const unprinted = unprintedOptions(definition.options);
  return {
    name: definition.name,
    aliases: definition.aliases ?? [],
    families: definition.families ?? ["ip", "ip6"],
    options: definition.options,
    source: definition.source,
    needsConntrack: needsConntrack !== false,
    activatesConntrack: (args) =>
      typeof needsConntrack === "function" ? needsConntrack(typedArgs<O>(args)) : needsConntrack,
    activatesDefrag: needsDefrag,
    normalise: (args) => dropUnprinted(definition.normalise?.(typedArgs<O>(args)) ?? args, unprinted),
    compile: (args, context) => definition.compile(typedArgs<O>(args), context),
    checks: definition.check !== undefined,
    check: (args) => definition.check?.(typedArgs<O>(args)) ?? null,
  };
}

/** An option that is not printed where its value prints so. */
interface Unprinted {
  readonly name: string;
  readonly option: Option<unknown>;
  readonly text: string;
}

function unprintedOptions(options: Options): readonly Unprinted[] {
  return Object.entries(options).flatMap(([name, option]) =>
    option.unprinted === undefined ? [] : [{ name, option, text: option.codec.print(option.unprinted) }],
  );
}

function dropUnprinted(args: Args, unprinted: readonly Unprinted[]): Args {
  let kept = args;
  for (const { name, option, text } of unprinted) {
    const arg = args[name];
    if (arg?.negated !== false || option.codec.print(arg.value) !== text) continue;
    kept = Object.fromEntries(Object.entries(kept).filter(([other]) => other !== name));
  }
  return kept;
}
