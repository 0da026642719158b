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
import type { FelixChain, FelixRule } from "./felix-rule.ts";
import type {
  ExtensionAction,
  ExtensionFragment,
  ExtensionWords,
  FelixOption,
  FieldFragment,
  SpelledRule,
} from "./iptables-dialect.ts";
import { felixText, isExtension, isPlain, matchesOf, spell, targetOf } from "./iptables-dialect.ts";

interface HashedRule {
  readonly spelled: SpelledRule;
  /** The first is the hash. */
  readonly comments: readonly Match[];
}

function spelledRules(seed: string, rules: readonly FelixRule[]): readonly HashedRule[] {
  const all = rules.map(spell);
  const hashes = ruleHashes(
    seed,
    all.map((spelled) => felixText(seed, spelled)),
  );
  return all.map((spelled, at) => {
    const comments = [`cali:${hashes[at] ?? ""}`, ...spelled.rule.comments].map(commentMatch);
    return { spelled, comments };
  });
}

/** Chains with their texts and hashes: one that all families have is spelled once. */
export class SpelledChains {
  readonly #ofAllFamilies = new Map<FelixChain, readonly HashedRule[]>();

  of(chain: FelixChain): readonly HashedRule[] {
    const spelled = this.#ofAllFamilies.get(chain) ?? spelledRules(chain.name, chain.rules);
    if (chain.isOfAllFamilies === true) this.#ofAllFamilies.set(chain, spelled);
    return spelled;
  }
}

/**
 * The rules that the kernel holds and iptables-save prints where iptables-restore is given Felix's text: what a rule itself says in its fields, everything
 * else as arguments of its extension, read by that extension's own table. Equal tests and actions are one value: a node has few of them in many rules.
 */
export class ModelRules {
  readonly #family: Family;
  /** By Felix's text. */
  readonly #matches = new Map<string, readonly Match[]>();
  readonly #targets = new Map<string, Target>();

  readonly #chains: SpelledChains;

  constructor(family: Family, chains: SpelledChains) {
    this.#family = family;
    this.#chains = chains;
  }

  ofChain(chain: FelixChain): readonly RuleSpec[] {
    return this.#specs(this.#chains.of(chain));
  }

  /** @param seed the name that the chain's hashes begin with. */
  of(seed: string, rules: readonly FelixRule[]): readonly RuleSpec[] {
    return this.#specs(spelledRules(seed, rules));
  }

  #specs(rules: readonly HashedRule[]): readonly RuleSpec[] {
    return rules.map((rule) => this.#rule(rule));
  }

  #rule({ comments, spelled }: HashedRule): RuleSpec {
    const { fragments, action } = spelled.rule;
    const matches = [...comments];
    const spec: Draft<RuleSpec> = { src: null, dst: null, iif: null, oif: null, proto: null, matches, target: null };
    for (const [at, fragment] of fragments.entries()) {
      if (!isExtension(fragment)) addField(spec, fragment);
      else for (const match of this.#matchesOf(fragment, spelled.tests[at] ?? "")) matches.push(match);
    }
    if (action !== null) spec.target = isPlain(action) ? action : this.#targetOf(action, spelled.action ?? "");
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
