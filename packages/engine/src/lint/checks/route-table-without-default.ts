import type { RoutingRule } from "../../model/routing.ts";
import type { Check, Finding } from "../finding.ts";
import { lineAt, routeLine, routingRuleLine } from "../lines.ts";
import type { RouteTables } from "../route-tables.ts";
import { isDefaultRoute, ownTableOf, routeTables, suppresses } from "../route-tables.ts";

const NAME = "route-table-without-default";

/**
 * Rules that send what comes from an address to a table which does not say where everything goes: what it has no route for
 * leaves as the rules behind it say.
 */
export const routeTableWithoutDefault: Check = {
  name: NAME,
  severities: ["info"],
  example: [
    "ip-rule.txt:2  111: from 10.0.0.2 lookup 11",
    "ip-route-table-11.txt:1  10.0.0.253 dev eth1 table 11 scope link",
  ],
  run: ({ snapshot }) =>
    routeTables(snapshot).flatMap((tables) => tables.rules.flatMap((rule) => findingsOf(rule, tables))),
};

function findingsOf(rule: RoutingRule, tables: RouteTables): readonly Finding[] {
  const table = ownTableOf(rule);
  // A rule that also asks for the destination need not know the way to all.
  if (table === null || rule.from === null || rule.to !== null || rule.not || suppresses(rule)) return [];
  const routes = tables.of(table) ?? [];
  if (routes.length === 0 || routes.some((route) => isDefaultRoute(route) || route.dst.length === 1)) return [];
  return [
    {
      check: NAME,
      severity: "info",
      message: "route-table-without-default",
      params: { table },
      where: lineAt(rule.span, tables.family),
      related: [routingRuleLine(rule), ...routes.slice(0, SHOWN_ROUTES).map(routeLine)],
      witness: null,
    },
  ];
}

const SHOWN_ROUTES = 3;
