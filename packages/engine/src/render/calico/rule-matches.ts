import { icmp, ipset, net, portSet, ports, protocol } from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { Fragment } from "./felix-rule.ts";
import { ANY_SIDE } from "./input.ts";
import type { PolicyRule } from "./input.ts";
import { portLists } from "./port-lists.ts";

/** All positive tests in Felix's order, then all negated ones in the same: felix/rules/policy.go CalculateRuleMatch. One network a side, one list of ports. */
export function ruleMatches(context: RenderContext, policyRule: PolicyRule): Fragment[] {
  const matches: Fragment[] = [];
  for (const negated of [false, true]) {
    const asked = negated ? policyRule.notProtocol : policyRule.protocol;
    if (asked !== null) matches.push(protocol(asked, negated));
    addSide(matches, context, policyRule, "source", negated);
    addSide(matches, context, policyRule, "destination", negated);
    const askedIcmp = negated ? policyRule.notIcmp : policyRule.icmp;
    if (askedIcmp !== null) matches.push(icmp(context.family, askedIcmp, negated));
  }
  return matches;
}

function addSide(
  matches: Fragment[],
  { set }: RenderContext,
  policyRule: PolicyRule,
  side: "source" | "destination",
  negated: boolean,
): void {
  const asked = policyRule[side];
  if (asked === ANY_SIDE) return;
  for (const each of negated ? asked.notNets : asked.nets) matches.push(net(side, each, negated));
  for (const id of negated ? asked.notSets : asked.sets) matches.push(ipset(set(id), side, negated));
  for (const id of negated ? [] : asked.portSets) matches.push(portSet(set(id), side));
  for (const list of portLists(negated ? asked.notPorts : asked.ports)) matches.push(ports(side, list, negated));
  for (const id of negated ? asked.notNamedPorts : asked.namedPorts) matches.push(portSet(set(id), side, negated));
}
