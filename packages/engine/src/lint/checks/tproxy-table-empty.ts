import type { RoutingRule } from "../../model/routing.ts";
import type { Check, Finding } from "../finding.ts";
import { lineAt, routeLine, routingRuleLine, ruleLine } from "../lines.ts";
import type { RouteTables } from "../route-tables.ts";
import { ownTableOf, routeTables } from "../route-tables.ts";
import type { TproxyRule } from "../tproxy-rules.ts";
import { deliversAll, proxiedRouting, tproxyRules } from "../tproxy-rules.ts";

const NAME = "tproxy-table-empty";

/** TPROXY rules with a routing rule whose table does not deliver on this node: `local default dev lo` is missing. */
export const tproxyTableEmpty: Check = {
  name: NAME,
  severities: ["error"],
  example: [
    "ip-rule.txt:2  9: from all fwmark 0x200/0xf00 lookup 2004",
    "ip-route-table-2004.txt:1  default via 10.0.0.1 dev eth0 table 2004",
    "iptables-save.txt:7  -A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff",
  ],
  run: ({ snapshot, node }) =>
    routeTables(snapshot).flatMap((tables) => {
      const own = tproxyRules(node()).filter(({ delivery }) => delivery.family === tables.family);
      return [...byRoutingRule(own, tables)].map(([rule, proxied]) => findingOf(rule, proxied, tables));
    }),
};

/** Where every rule that may take the packets is known not to deliver them: the first of these, with what it fails. */
function byRoutingRule(
  proxied: readonly TproxyRule[],
  tables: RouteTables,
): ReadonlyMap<RoutingRule, readonly TproxyRule[]> {
  const failing = new Map<RoutingRule, TproxyRule[]>();
  const routing = proxiedRouting(tables);
  for (const one of proxied) {
    const rules = routing(one.delivery);
    const [first] = rules;
    if (first === undefined || rules.some((rule) => mayDeliver(rule, tables))) continue;
    const before = failing.get(first);
    if (before === undefined) failing.set(first, [one]);
    else before.push(one);
  }
  return failing;
}

/** A table that is not listed may. */
function mayDeliver(rule: RoutingRule, tables: RouteTables): boolean {
  const table = ownTableOf(rule);
  const routes = table === null ? null : tables.of(table);
  return routes === null || routes.some(deliversAll);
}

function findingOf(rule: RoutingRule, proxied: readonly TproxyRule[], tables: RouteTables): Finding {
  const table = ownTableOf(rule) ?? "";
  const routes = (tables.of(table) ?? []).slice(0, SHOWN);
  return {
    check: NAME,
    severity: "error",
    message: "tproxy-table-empty",
    params: { table, dev: "lo" },
    where: lineAt(rule.span, tables.family),
    related: [
      routingRuleLine(rule),
      ...routes.map(routeLine),
      ...proxied.slice(0, SHOWN).map(({ place }) => ruleLine(place)),
    ],
    witness: null,
  };
}

const SHOWN = 3;
