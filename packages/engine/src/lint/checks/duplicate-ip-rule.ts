import { tableName } from "../../compile/fib.ts";
import { routingRuleText } from "../../explain/node.ts";
import type { RoutingRule } from "../../model/routing.ts";
import type { Check } from "../finding.ts";
import { lineAt, routingRuleLine } from "../lines.ts";
import { isKernels, routeTables } from "../route-tables.ts";

const NAME = "duplicate-ip-rule";

/** Routing rules that say what an earlier one said already: its table is asked again, with the same answer. */
export const duplicateIpRule: Check = {
  name: NAME,
  severities: ["info"],
  example: ["ip-rule.txt:3  2048: from 10.0.0.2 lookup 11", "ip-rule.txt:2  111: from 10.0.0.2 lookup 11"],
  run: ({ snapshot }) =>
    routeTables(snapshot).flatMap(({ family, rules }) => {
      const first = new Map<string, RoutingRule>();
      return rules.flatMap((rule) => {
        const before = first.get(keyOf(rule));
        if (before === undefined) {
          first.set(keyOf(rule), rule);
          return [];
        }
        if (isKernels(rule)) return [];
        return [
          {
            check: NAME,
            severity: "info",
            message: "duplicate-ip-rule",
            params: { priority: before.priority },
            where: lineAt(rule.span, family),
            related: [rule, before].map(routingRuleLine),
            witness: null,
          },
        ];
      });
    }),
};

/** Without who wrote it and where it stands. */
function keyOf(rule: RoutingRule): string {
  const { action } = rule;
  const table = action.kind === "lookup" ? { kind: action.kind, table: tableName(action.table) } : action;
  return routingRuleText({ ...rule, extras: rule.extras.filter(([word]) => word !== "proto"), action: table });
}
