import { routingRuleView } from "../../explain/node.ts";
import type { Route, RoutingRule } from "../../model/routing.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { lineAt, routeLine, routingRuleLine } from "../lines.ts";
import type { RouteTables } from "../route-tables.ts";
import { isDefaultRoute, ownTableOf, routeTables } from "../route-tables.ts";

const NAME = "eni-without-number";

/** Cilium's table of interface number N is 10+N; number 0 is that of the primary device (cilium pkg/datapath/linux/routing). */
const TABLE_OF_NUMBER_0 = "10";

/**
 * Pods of Cilium whose interface has no number: on Alibaba Cloud it is the tag `cilium-eni-index`, and an interface that somebody
 * else attached, Terway before Cilium, has none and counts as number 0 (cilium pkg/alibabacloud/eni). All such share one table.
 */
export const eniWithoutNumber: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "111: from 10.0.0.239 lookup 10",
    "default via 10.0.0.253 dev eth1 proto kernel  # in table 10",
    "default via 10.0.0.253 dev eth0  # in table main: the primary device is another one",
  ],
  run: (subject) => routeTables(subject.snapshot).flatMap((tables) => findingsOf(tables, subject)),
};

function findingsOf(tables: RouteTables, { node }: Subject): readonly Finding[] {
  const rules = tables.rules.filter(
    (rule) =>
      ownTableOf(rule) === TABLE_OF_NUMBER_0 &&
      node().owners.routingRule(routingRuleView(rule))?.means === "cilium-routing-from-pod",
  );
  const [first] = rules;
  if (first === undefined) return [];
  const routes = (tables.of(TABLE_OF_NUMBER_0) ?? []).filter(isDefaultRoute);
  const primary = devicesOf((tables.of("main") ?? []).filter(isDefaultRoute));
  const others = [...devicesOf(routes)].filter((device) => !primary.has(device));
  if (primary.size === 0 || others.length === 0) return [];
  return [findingOf(first, rules.length, routes, others, tables)];
}

function findingOf(
  rule: RoutingRule,
  count: number,
  routes: readonly Route[],
  devices: readonly string[],
  { family }: RouteTables,
): Finding {
  return {
    check: NAME,
    // One alone has the table to itself.
    severity: devices.length > 1 ? "warning" : "info",
    message: "eni-without-number",
    params: { count, devices: devices.join(", ") },
    where: lineAt(rule.span, family),
    related: [routingRuleLine(rule), ...routes.map(routeLine)],
    witness: null,
  };
}

function devicesOf(routes: readonly Route[]): ReadonlySet<string> {
  return new Set(routes.flatMap(({ nexthops }) => nexthops.flatMap(({ dev }) => (dev === null ? [] : [dev]))));
}
