import { parseAddressMask } from "../../base/address.ts";
import type { Family } from "../../base/address.ts";
import { invariant } from "../../base/assert.ts";
import { parseProtocol } from "../../base/protocols.ts";
import { findOption } from "../../ext/xt/args.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Draft } from "../../model/draft.ts";
import type { Arg, Args, Match, Target } from "../../model/ruleset.ts";
import { ruleHashes } from "../../owners/calico/rule-hash.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import type { FelixRule } from "./felix-rule.ts";
import type {
  ExtensionAction,
  ExtensionFragment,
  ExtensionWords,
  FelixOption,
  FieldFragment,
  SpelledRule,
} from "./iptables-dialect.ts";
import { felixText, isExtension, isPlain, matchesOf, spell, targetOf } from "./iptables-dialect.ts";

/**
 * The rules that the kernel holds and iptables-save prints where iptables-restore is given Felix's text: what a rule itself says in its fields, everything
 * else as arguments of its extension, read by that extension's own table. Equal tests and actions are one value: a node has few of them in many rules.
 */
export class ModelRules {
  readonly #family: Family;
  /** By Felix's text. */
  readonly #matches = new Map<string, readonly Match[]>();
  readonly #targets = new Map<string, Target>();

  constructor(family: Family) {
    this.#family = family;
  }

  /** @param seed the name that the chain's hashes begin with. */
  of(seed: string, rules: readonly FelixRule[]): readonly RuleSpec[] {
    const spelled = rules.map(spell);
    const hashes = ruleHashes(
      seed,
      spelled.map((rule) => felixText(seed, rule)),
    );
    return spelled.map((rule, at) => this.#rule(rule, hashes[at] ?? ""));
  }

  /** @param hash what stands behind `cali:`; the first comment. */
  #rule({ comments, fragments, action }: SpelledRule, hash: string): RuleSpec {
    const matches: Match[] = [`cali:${hash}`, ...comments.map(({ of }) => of)].map(commentMatch);
    const spec: Draft<RuleSpec> = { matches };
    for (const { of, text } of fragments) {
      if (isExtension(of)) for (const match of this.#matchesOf(of, text)) matches.push(match);
      else addField(spec, of);
    }
    if (action !== null) spec.target = isPlain(action.of) ? action.of : this.#targetOf(action.of, action.text);
    return spec;
  }

  #matchesOf(fragment: ExtensionFragment, text: string): readonly Match[] {
    return madeOnce(this.#matches, text, () => matchesOf(fragment).map((words) => modelMatch(words, this.#family)));
  }

  #targetOf(action: ExtensionAction, text: string): Target {
    return madeOnce(this.#targets, text, () => modelTarget(action, this.#family));
  }
}

function madeOnce<T>(known: Map<string, T>, text: string, make: () => T): T {
  const found = known.get(text);
  if (found !== undefined) return found;
  const made = make();
  known.set(text, made);
  return made;
}

function commentMatch(comment: string): Match {
  return { kind: "match", name: "comment", args: { comment: { negated: false, value: comment } } };
}

function addField(spec: Draft<RuleSpec>, fragment: FieldFragment): void {
  switch (fragment.kind) {
    case "interface":
      spec[fragment.side === "in" ? "iif" : "oif"] = { negated: false, value: fragment.name };
      return;
    case "net": {
      const value = parseAddressMask(fragment.net);
      invariant(value !== null, `Felix writes no such network: ${fragment.net}`);
      spec[fragment.side === "source" ? "src" : "dst"] = { negated: fragment.negated, value };
      return;
    }
    case "protocol": {
      const value = parseProtocol(fragment.protocol);
      invariant(value !== null, `an unknown protocol is no valid input: ${fragment.protocol}`);
      spec.proto = { negated: fragment.negated, value };
    }
  }
}

function modelMatch({ name, options }: ExtensionWords, family: Family): Match {
  const extension = findMatch(name, family);
  invariant(extension !== null, `Felix uses a match that is not known: ${name}`);
  return { kind: "match", name: extension.name, args: argsOf(extension, options) };
}

function modelTarget(action: ExtensionAction, family: Family): Target {
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
