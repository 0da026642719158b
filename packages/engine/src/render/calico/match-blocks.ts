import type { Prefix } from "../../base/address.ts";
import { clearMark, markClear, net, portSet, ports, protocol, rule, setMark, setMaskedMark } from "./build.ts";
import type { RenderContext } from "./context.ts";
import type { FelixRule, Fragment } from "./felix-rule.ts";
import type { PolicyRule, PolicySide } from "./input.ts";
import { portLists } from "./port-lists.ts";

/** A rule whose tests do not fit into one rule of iptables: rules before it that leave a mark where they hold, and what is left of it. */
export interface Blocks {
  readonly rules: readonly FelixRule[];
  readonly rest: PolicyRule;
}

const SIDES = ["source", "destination"] as const;
type Side = (typeof SIDES)[number];

/**
 * Blocks for ports (from 3.0 on), then for networks, then for networks that are excluded; the first bit says that all blocks so far hold, the second is the block's own.
 * Empty where everything fits. felix/rules/policy.go ProtoRuleToIptablesRules, matchBlockBuilder.
 */
export function matchBlocks(context: RenderContext, policyRule: PolicyRule): Blocks {
  const all = context.mark("scratch-0");
  const own = context.mark("scratch-1");
  const rules: FelixRule[] = [];
  const rest = { source: policyRule.source, destination: policyRule.destination };
  let hasPositive = false;

  const start = (bits: number): void => {
    if (rules.length === 0) rules.push(rule([], setMaskedMark(bits, (all | own) >>> 0)));
  };
  const positive = (tests: readonly (readonly Fragment[])[]): void => {
    start(0);
    const bit = hasPositive ? own : all;
    for (const each of tests) rules.push(rule(each, setMark(bit)));
    if (hasPositive) rules.push(rule([markClear(own)], clearMark(all)));
    hasPositive = true;
  };
  const without = (side: Side, fields: Partial<PolicySide>): void => {
    rest[side] = { ...rest[side], ...fields };
  };

  for (const side of SIDES) {
    const { ports: ranges, namedPorts } = rest[side];
    const lists = portLists(ranges);
    if (lists.length + namedPorts.length < 2 || !context.has("portBlocks")) continue;
    const asked = policyRule.protocol === null ? [] : [protocol(policyRule.protocol)];
    positive([
      ...lists.map((list) => [...asked, ports(side, list)]),
      ...namedPorts.map((id) => [portSet(context.set(id), side)]),
    ]);
    without(side, { ports: [], namedPorts: [] });
  }
  for (const side of SIDES) {
    const { nets } = rest[side];
    if (nets.length < 2) continue;
    positive(netTests(side, nets));
    without(side, { nets: [] });
  }
  for (const side of SIDES) {
    const { notNets } = rest[side];
    // Up to 2.6 the networks that have a block of their own counted, too.
    const { nets } = (context.has("portBlocks") ? rest : policyRule)[side];
    if (notNets.length === 0 || nets.length + notNets.length < 2) continue;
    start(all);
    for (const test of netTests(side, notNets)) rules.push(rule(test, clearMark(all)));
    without(side, { notNets: [] });
  }
  return { rules, rest: rules.length === 0 ? policyRule : { ...policyRule, ...rest } };
}

function netTests(side: Side, nets: readonly Prefix[]): readonly (readonly Fragment[])[] {
  return nets.map((each) => [net(side, each)]);
}
