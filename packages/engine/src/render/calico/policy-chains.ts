import { familyOf } from "../../base/address.ts";
import type { Family, Prefix } from "../../base/address.ts";
import { RETURN, commentOf, deny, log, markSet, rule, setMark } from "./build.ts";
import type { NodeContext, RenderContext } from "./context.ts";
import type { Action, ChainSource, FelixRule, Fragment } from "./felix-rule.ts";
import { flowLog, flowLogRules } from "./flow-logs.ts";
import type { Decision } from "./flow-logs.ts";
import type { Policy, PolicyRule, PolicySide, Profile } from "./input.ts";
import { matchBlocks } from "./match-blocks.ts";
import { portLists } from "./port-lists.ts";
import { ruleMatches } from "./rule-matches.ts";

/**
 * The two chains of a policy or a profile, by name, each made when it is asked for: a cluster has many policies of which a node needs few.
 * felix/rules/policy.go.
 */
export function policyChains(context: NodeContext, policy: Policy): readonly ChainSource[] {
  return chainSources(context, policy, {
    owner: "policy",
    title: policy.title,
    logName: policy.isUntracked ? null : policy.logName,
  });
}

export function profileChains(context: NodeContext, profile: Profile): readonly ChainSource[] {
  return chainSources(context, profile, { owner: "profile", title: `Profile ${profile.name}`, logName: profile.name });
}

/** Whose chains are made. */
interface Owned {
  readonly owner: "policy" | "profile";
  readonly title: string;
  /** What flow logs call it; null: they are not told of it. */
  readonly logName: string | null;
}

/** What tells of the decision of a rule, by its place among all of its direction; null: nothing. */
type Log = (decision: Decision, at: number) => Action | null;

function chainSources(
  { chainName }: NodeContext,
  { name, ingress, egress }: Profile,
  { owner, title, logName }: Owned,
): readonly ChainSource[] {
  const source = (
    direction: "inbound" | "outbound",
    word: "ingress" | "egress",
    rules: readonly PolicyRule[],
  ): ChainSource => {
    const chain = chainName(`${owner}-${direction}`, name);
    const make: ChainSource[1] = (context) => {
      const log: Log = (decision, at) =>
        logName === null ? null : flowLog(context, { owner, direction: word }, decision, `${String(at)}|${logName}`);
      return [{ name: chain, rules: chainRules(context, rules, `${title} ${word}`, log) }];
    };
    return [chain, make];
  };
  return [source("inbound", "ingress", ingress), source("outbound", "egress", egress)];
}

/** From 3.22 on, the first rule says whose chain it is, and stands there for that where there is no other. */
function chainRules(
  context: RenderContext,
  policyRules: readonly PolicyRule[],
  title: string,
  log: Log,
): readonly FelixRule[] {
  const made = policyRules.flatMap((each, at) => rulesOf(context, each, (decision) => log(decision, at)));
  const rules = context.has("policyGroups") ? withoutLastReturns(made) : made;
  if (!context.has("policyComments")) return rules;
  const [first = rule([], null), ...others] = rules;
  return [withComments(first, [commentOf(title)]), ...others];
}

function withComments({ fragments, action, comments }: FelixRule, more: readonly string[]): FelixRule {
  return rule(fragments, action, ...comments, ...more);
}

/** What returns at the end of a chain does so anyway. */
function withoutLastReturns(rules: readonly FelixRule[]): readonly FelixRule[] {
  const end = rules.findLastIndex(({ action }) => action?.kind !== "verdict" || action.verdict !== "RETURN");
  return rules.slice(0, end + 1);
}

type RuleLog = (decision: Decision) => Action | null;

/** A rule of a policy as rules of iptables: what does not fit into one before it, and behind it what the mark that it sets stands for. */
function rulesOf(context: RenderContext, written: PolicyRule, log: RuleLog): readonly FelixRule[] {
  const policyRule = ofFamily(written, context.family);
  if (policyRule === null) return [];
  if (!context.has("netBlocks")) return eachPortLists(context, policyRule, [], log);
  const { rules, rest } = matchBlocks(context, policyRule);
  const blocks = rules.length === 0 ? [] : [markSet(context.mark("scratch-0"))];
  const made = [...rules, ...rulesOfRest(context, rest, blocks, log)];
  if (!context.has("annotations") || policyRule.annotations.length === 0) return made;
  const comments = policyRule.annotations.map(commentOf);
  return made.map((each) => withComments(each, comments));
}

/** What is left when the blocks are made; from 3.0 on no side has more than one list of ports then. */
function rulesOfRest(
  context: RenderContext,
  rest: PolicyRule,
  blocks: readonly Fragment[],
  log: RuleLog,
): readonly FelixRule[] {
  if (!context.has("portBlocks")) return eachPortLists(context, rest, blocks, log);
  return combined(context, rest.action, [...ruleMatches(context, rest), ...blocks], log);
}

/** One rule for each pair of port lists. */
function eachPortLists(
  context: RenderContext,
  policyRule: PolicyRule,
  blocks: readonly Fragment[],
  log: RuleLog,
): readonly FelixRule[] {
  const { source, destination } = policyRule;
  const lists = (side: PolicySide) => (side.ports.length === 0 ? [[]] : portLists(side.ports));
  return lists(source).flatMap((sources) =>
    lists(destination).flatMap((destinations) => {
      const one = {
        ...policyRule,
        source: { ...source, ports: sources },
        destination: { ...destination, ports: destinations },
      };
      return combined(context, one.action, [...ruleMatches(context, one), ...blocks], log);
    }),
  );
}

function combined(
  context: RenderContext,
  asked: PolicyRule["action"],
  matches: ReturnType<typeof ruleMatches>,
  log: RuleLog,
): readonly FelixRule[] {
  const { mark, action } = outcome(context, asked);
  if (mark === null) return [rule(matches, action)];
  const isMarked = [markSet(mark)];
  return [
    rule(matches, setMark(mark)),
    ...flowLogRules(isMarked, asked === "log" ? null : log(asked)),
    rule(isMarked, action),
  ];
}

interface Outcome {
  /** What says so to the chain of the endpoint, and to the rules behind; null: nothing needs to. */
  readonly mark: number | null;
  readonly action: Action;
}

function outcome(context: RenderContext, action: PolicyRule["action"]): Outcome {
  const { accept, pass, has, mark, felix } = context;
  switch (action) {
    case "allow":
      return { mark: accept, action: RETURN };
    case "pass":
      return { mark: pass, action: RETURN };
    case "deny":
      return { mark: has("dropMark") ? mark("drop") : null, action: deny(context) };
    case "log":
      return { mark: null, action: log(felix.logPrefix) };
  }
}

/** What is left of a rule in one family; null: nothing, because it is the other's, or no address of this one could fit. */
function ofFamily(policyRule: PolicyRule, family: Family): PolicyRule | null {
  const { family: only, source, destination } = policyRule;
  if (only !== null && only !== family) return null;
  const from = sideOf(source, family);
  const to = sideOf(destination, family);
  if (from === source && to === destination) return policyRule;
  return from === null || to === null ? null : { ...policyRule, source: from, destination: to };
}

function sideOf(side: PolicySide, family: Family): PolicySide | null {
  if (side.nets.length + side.notNets.length === 0) return side;
  const isOfFamily = ({ address }: Prefix): boolean => familyOf(address) === family;
  const nets = side.nets.filter(isOfFamily);
  const notNets = side.notNets.filter(isOfFamily);
  if ((nets.length === 0 && side.nets.length > 0) || (notNets.length === 0 && side.notNets.length > 0)) return null;
  // "Not from anywhere" holds for no packet, and iptables would not take it.
  if (notNets.some(({ length }) => length === 0)) return null;
  return { ...side, nets, notNets };
}
