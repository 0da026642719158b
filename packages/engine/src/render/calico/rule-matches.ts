import { icmp, ipset, net, portSet, ports, protocol } from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { Fragment } from "./felix-rule.ts";
import { ANY_SIDE } from "./input.ts";
import type { PolicyRule, PolicySide } from "./input.ts";
import { portLists } from "./port-lists.ts";

/** All positive tests in Felix's order, then all negated ones in the same: felix/rules/policy.go CalculateRuleMatch. One network a side, one list of ports. */
export function ruleMatches(context: RenderContext, policyRule: PolicyRule): readonly Fragment[] {
  const { source, destination } = policyRule;
  return [false, true].flatMap((negated) => [
    ...protocolMatch(policyRule, negated),
    ...sideMatches(context, "source", source, negated),
    ...sideMatches(context, "destination", destination, negated),
    ...icmpMatch(context, policyRule, negated),
  ]);
}

function protocolMatch(policyRule: PolicyRule, negated: boolean): readonly Fragment[] {
  const asked = negated ? policyRule.notProtocol : policyRule.protocol;
  return asked === null ? [] : [protocol(asked, negated)];
}

function icmpMatch({ family }: RenderContext, policyRule: PolicyRule, negated: boolean): readonly Fragment[] {
  const asked = negated ? policyRule.notIcmp : policyRule.icmp;
  return asked === null ? [] : [icmp(family, asked, negated)];
}

function sideMatches(
  { set }: RenderContext,
  side: "source" | "destination",
  asked: PolicySide,
  negated: boolean,
): readonly Fragment[] {
  if (asked === ANY_SIDE) return [];
  const nets = negated ? asked.notNets : asked.nets;
  const sets = negated ? asked.notSets : asked.sets;
  const portSets = negated ? [] : asked.portSets;
  const lists = portLists(negated ? asked.notPorts : asked.ports);
  const named = negated ? asked.notNamedPorts : asked.namedPorts;
  return [
    ...nets.map((each) => net(side, each, negated)),
    ...sets.map((id) => ipset(set(id), side, negated)),
    ...portSets.map((id) => portSet(set(id), side)),
    ...lists.map((list) => ports(side, list, negated)),
    ...named.map((id) => portSet(set(id), side, negated)),
  ];
}
