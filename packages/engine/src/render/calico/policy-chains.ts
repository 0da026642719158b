import { familyOf } from "../../base/address.ts";
import type { Range } from "../../base/ranges.ts";
import { roleChainName } from "../../owners/calico/chain-names.ts";
import { setId } from "../../owners/calico/set-names.ts";
import { printSelector } from "../../selector/print-selector.ts";
import type { Selector } from "../../selector/selector.ts";
import { DROP, RETURN, icmp, ipset, log, markSet, net, ports, protocol, rule, setMark } from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { Action, ChainSource, FelixRule, Fragment } from "./felix-rule.ts";
import type { Policy, PolicyRule, PolicySide } from "./input.ts";

/**
 * The two chains of a policy or a profile, by name, each made when it is asked for: a cluster has many policies of which a node needs few.
 * felix/rules/policy.go, 2.1 to 2.3.
 */
export function policyChains(
  context: RenderContext,
  { name, ingress, egress }: Policy,
  of: "policy" | "profile",
): readonly ChainSource[] {
  const source = (direction: "inbound" | "outbound", rules: readonly PolicyRule[]): ChainSource => {
    const chain = roleChainName(`${of}-${direction}`, name);
    return [chain, () => ({ name: chain, rules: rules.flatMap((each) => policyRules(context, each)) })];
  };
  return [source("inbound", ingress), source("outbound", egress)];
}

/** What iptables calls a port list takes so many places; a range takes two. */
const MULTIPORT_SLOTS = 15;
const DEFAULT_LOG_PREFIX = "calico-packet";

/** A rule of a policy as rules of iptables: one for each pair of port lists, and behind it what the mark that it sets stands for. */
function policyRules(context: RenderContext, policyRule: PolicyRule): readonly FelixRule[] {
  if (!isOfFamily(context, policyRule)) return [];
  const { mark, action } = outcome(context, policyRule);
  const { source, destination } = policyRule;
  return portLists(source.ports).flatMap((sources) =>
    portLists(destination.ports).flatMap((destinations) => {
      const matches = ruleMatches(context, policyRule, sources, destinations);
      if (mark === null) return [rule(matches, action)];
      return [rule(matches, setMark(mark)), rule([markSet(mark)], action)];
    }),
  );
}

interface Outcome {
  /** What says so to the chain of the endpoint; null: nothing needs to. */
  readonly mark: number | null;
  readonly action: Action;
}

function outcome({ accept, pass }: RenderContext, { action }: PolicyRule): Outcome {
  switch (action) {
    case "allow":
      return { mark: accept, action: RETURN };
    case "pass":
      return { mark: pass, action: RETURN };
    case "deny":
      return { mark: null, action: DROP };
    case "log":
      return { mark: null, action: log(DEFAULT_LOG_PREFIX) };
  }
}

/** A rule that speaks of addresses of the other family does not exist in this one. */
function isOfFamily({ family }: RenderContext, { family: only, source, destination }: PolicyRule): boolean {
  if (only !== null && only !== family) return false;
  return [source.net, destination.net].every((each) => each === null || familyOf(each.value.address) === family);
}

/** Always at least one list, which may be empty. */
function portLists(ranges: readonly Range[]): readonly (readonly Range[])[] {
  const lists: Range[][] = [];
  let left = 0;
  for (const range of ranges) {
    const slots = range.from === range.to ? 1 : 2;
    if (left < slots) {
      lists.push([]);
      left = MULTIPORT_SLOTS;
    }
    lists.at(-1)?.push(range);
    left -= slots;
  }
  return lists.length === 0 ? [[]] : lists;
}

/** All positive tests in Felix's order, then all negated ones in the same. CalculateRuleMatch. */
function ruleMatches(
  context: RenderContext,
  policyRule: PolicyRule,
  sources: readonly Range[],
  destinations: readonly Range[],
): readonly Fragment[] {
  const { source, destination } = policyRule;
  return [false, true].flatMap((negated) => [
    ...protocolMatch(policyRule, negated),
    ...sideMatches(context, "source", source, negated ? portLists(source.notPorts) : [sources], negated),
    ...sideMatches(
      context,
      "destination",
      destination,
      negated ? portLists(destination.notPorts) : [destinations],
      negated,
    ),
    ...icmpMatch(context, policyRule, negated),
  ]);
}

function protocolMatch({ protocol: asked }: PolicyRule, negated: boolean): readonly Fragment[] {
  return asked?.negated === negated ? [protocol(asked.value, negated)] : [];
}

function icmpMatch({ family }: RenderContext, policyRule: PolicyRule, negated: boolean): readonly Fragment[] {
  const asked = negated ? policyRule.notIcmp : policyRule.icmp;
  return asked === null ? [] : [icmp(family, asked, negated)];
}

function sideMatches(
  { set }: RenderContext,
  side: "source" | "destination",
  asked: PolicySide,
  lists: readonly (readonly Range[])[],
  negated: boolean,
): readonly Fragment[] {
  const selector = negated ? asked.without : asked.within;
  return [
    ...(asked.net?.negated === negated ? [net(side, asked.net.value, negated)] : []),
    ...(selector === null ? [] : [ipset(set(selectorId(selector)), side, negated)]),
    ...lists.flatMap((list) => (list.length === 0 ? [] : [ports(side, list, negated)])),
  ];
}

function selectorId(selector: Selector): string {
  return setId("selector", printSelector(selector));
}
