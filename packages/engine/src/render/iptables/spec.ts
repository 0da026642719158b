import type { AddressMask, Family } from "../../base/address.ts";
import { findOption } from "../../ext/xt/args.ts";
import type { Extension } from "../../ext/xt/define.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Arg, Args, Match, Negatable, Rule, Target } from "../../model/ruleset.ts";

/** What a rule tests and does, before it has a place in a chain. What is absent is not tested. A `Rule` of the model is one, too. */
export interface RuleSpec {
  readonly src?: Negatable<AddressMask> | null;
  readonly dst?: Negatable<AddressMask> | null;
  readonly iif?: Negatable<string> | null;
  readonly oif?: Negatable<string> | null;
  /** A bare number is not negated. */
  readonly proto?: number | Negatable<number> | null;
  readonly fragment?: Negatable<true> | null;
  readonly matches?: Rule["matches"];
  readonly target?: Target | null;
}

/** Options as they are written on the command line, without dashes: `{ "!ctstate": "NEW" }`; a flag has "". */
export type Written = Readonly<Record<string, string>>;

/** `-m NAME …`, read by the extension itself: whoever renders need not know the shapes of its values. */
export function match(family: Family, name: string, written: Written): Match {
  const extension = findMatch(name, family);
  if (extension === null) throw new Error(`no match ${name}`);
  return { kind: "match", name, args: argsOf(extension, written) };
}

/** `-j NAME …`. */
export function target(family: Family, name: string, written: Written = {}): Target {
  const extension = findTarget(name, family);
  if (extension === null) throw new Error(`no target ${name}`);
  return { kind: "target", name, args: argsOf(extension, written) };
}

export function jump(chain: string): Extract<Target, { readonly kind: "jump" }> {
  return { kind: "jump", chain };
}

export const ACCEPT: Target = { kind: "verdict", verdict: "ACCEPT" };
export const DROP: Target = { kind: "verdict", verdict: "DROP" };
export const RETURN: Target = { kind: "verdict", verdict: "RETURN" };

/** A renderer that writes what the tool would refuse is a bug. */
function argsOf(extension: Extension, written: Written): Args {
  const args: Record<string, Arg> = {};
  for (const [key, text] of Object.entries(written)) {
    const negated = key.startsWith("!");
    const named = findOption(extension, negated ? key.slice(1) : key);
    const [first, second] = named?.option.codec.words === 2 ? twoWords(text) : [text, ""];
    const value = named?.option.codec.parse(first, second);
    if (named === null || value === undefined) throw new Error(`${extension.name} does not take ${key} ${text}`);
    args[named.name] = { negated, value };
  }
  return extension.normalise(args);
}

/** `SET src,dst`. */
function twoWords(text: string): readonly [string, string] {
  const blank = text.indexOf(" ");
  return blank < 0 ? [text, ""] : [text.slice(0, blank), text.slice(blank + 1)];
}

/** `-s 0.0.0.0/0` asks nothing: the kernel has no trace of it, and the tool prints none. */
function asked(net: Negatable<AddressMask> | null): Negatable<AddressMask> | null {
  const mask = net?.value.mask;
  return (mask === 0 || mask === 0n) && net?.negated === false ? null : net;
}

/** The rule of a chain that a specification makes, where it stands. */
export function ruleOf(chain: string, spec: RuleSpec, file: string, line: number): Rule {
  const { src = null, dst = null, iif = null, oif = null, proto = null, fragment = null } = spec;
  const { matches = [], target = null } = spec;
  return {
    chain,
    src: asked(src),
    dst: asked(dst),
    iif,
    oif,
    proto: typeof proto === "number" ? { negated: false, value: proto } : proto,
    fragment,
    matches,
    target,
    counters: null,
    file,
    line,
  };
}
