import { parseAddressMask } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import { parseProtocol } from "../../base/protocols.ts";
import { findOption } from "../../ext/xt/args.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Draft } from "../../model/draft.ts";
import type { Arg, Args, Match, Rule, Target } from "../../model/ruleset.ts";
import type { Action, FelixRule, Fragment } from "./felix-rule.ts";
import type { ExtensionWords, FelixOption } from "./iptables-dialect.ts";
import { matchesOf, targetOf } from "./iptables-dialect.ts";

/**
 * The rule that the kernel holds and iptables-save prints where iptables-restore is given Felix's text: what the rule itself says in its fields, everything
 * else as arguments of its extension, read by that extension's own table.
 *
 * @param hash what stands behind `cali:`; the first comment.
 */
export function modelRule(chain: string, felix: FelixRule, hash: string, family: Family): Rule {
  const rule: Draft<Rule> = {
    chain,
    src: null,
    dst: null,
    iif: null,
    oif: null,
    proto: null,
    fragment: null,
    matches: [`cali:${hash}`, ...felix.comments].map(commentMatch),
    target: felix.action === null ? null : modelTarget(felix.action, family),
    counters: null,
    file: "",
    line: 0,
  };
  for (const fragment of felix.fragments) addFragment(rule, fragment, family);
  return rule;
}

function commentMatch(comment: string): Match {
  return { kind: "match", name: "comment", args: { comment: { negated: false, value: comment } } };
}

function addFragment(rule: Draft<Rule>, fragment: Fragment, family: Family): void {
  if (fragment.kind === "interface") {
    rule[fragment.side === "in" ? "iif" : "oif"] = { negated: false, value: fragment.name };
  } else if (fragment.kind === "net") {
    const value = parseAddressMask(fragment.net);
    invariant(value !== null, `Felix writes no such network: ${fragment.net}`);
    rule[fragment.side === "source" ? "src" : "dst"] = { negated: fragment.negated, value };
  } else if (fragment.kind === "protocol") {
    const value = parseProtocol(fragment.protocol);
    invariant(value !== null, `an unknown protocol is no valid input: ${fragment.protocol}`);
    rule.proto = { negated: fragment.negated, value };
  } else {
    for (const words of matchesOf(fragment)) rule.matches.push(matchOf(words, family));
  }
}

function matchOf({ name, options }: ExtensionWords, family: Family): Match {
  const extension = findMatch(name, family);
  invariant(extension !== null, `Felix uses a match that is not known: ${name}`);
  return { kind: "match", name: extension.name, args: argsOf(extension, options) };
}

function modelTarget(action: Action, family: Family): Target {
  if (action.kind === "jump" || action.kind === "goto" || action.kind === "verdict") return action;
  const { name, options } = targetOf(action);
  const extension = findTarget(name, family);
  invariant(extension !== null, `Felix uses a target that is not known: ${name}`);
  return { kind: "target", name: extension.name, args: argsOf(extension, options) };
}

function argsOf(extension: MatchExtension | TargetExtension, options: readonly FelixOption[]): Args {
  const args: Record<string, Arg> = {};
  for (const { name, negated, words } of options) {
    const named = findOption(extension, name);
    const value = named?.option.codec.parse(words[0] ?? "", words[1] ?? "");
    invariant(named !== null && value !== undefined, `${extension.name} does not take --${name} ${words.join(" ")}`);
    args[named.name] = { negated, value };
  }
  return extension.normalise(args);
}
