import type { RoutingRule } from "../../model/routing.ts";
import type { Check, Finding } from "../finding.ts";
import { lineAt, routeLine, routingRuleLine } from "../lines.ts";
import type { RouteTables } from "../route-tables.ts";
import { holdsForAll, isDefaultRoute, isKernels, routeTables, suppresses } from "../route-tables.ts";

const NAME = "rule-unreachable";

/** Routing rules behind one that answers for every packet (net/core/fib_rules.c fib_rules_lookup). */
export const ruleUnreachable: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "ip-rule.txt:4  32800: from 10.0.0.2 lookup 11",
    "ip-rule.txt:2  32766: from all lookup main",
    "ip-route.txt:1  default via 10.0.0.1 dev eth0",
  ],
  run: ({ snapshot }) => routeTables(snapshot).flatMap(findingsOf),
};

function findingsOf(tables: RouteTables): readonly Finding[] {
  const { rules, family } = tables;
  // A goto leads past other rules: which of them count is another question.
  if (rules.some(({ action }) => action.kind === "goto")) return [];
  const at = rules.findIndex((rule) => answersAll(rule, tables));
  const last = rules[at];
  if (last === undefined) return [];
  const { action } = last;
  const answer = action.kind === "lookup" ? tables.of(action.table)?.find(answersAlways) : undefined;
  return rules
    .slice(at + 1)
    .filter((rule) => !isKernels(rule))
    .map((rule) => ({
      check: NAME,
      severity: "warning",
      message: "rule-unreachable",
      params: { priority: last.priority },
      where: lineAt(rule.span, family),
      related: [rule, last].map(routingRuleLine).concat(answer === undefined ? [] : [routeLine(answer)]),
      witness: null,
    }));
}

function answersAll(rule: RoutingRule, tables: RouteTables): boolean {
  if (!holdsForAll(rule) || suppresses(rule)) return false;
  switch (rule.action.kind) {
    case "lookup":
      return tables.of(rule.action.table)?.some(answersAlways) === true;
    case "blackhole":
    case "unreachable":
    case "prohibit":
      return true;
    case "goto":
    case "nop":
    case "masquerade":
      return false;
  }
}

/** A default route that no state of a link takes away. */
function answersAlways(route: Parameters<typeof isDefaultRoute>[0]): boolean {
  const isUp = route.nexthops.every(({ flags }) => !flags.includes("dead") && !flags.includes("linkdown"));
  return isDefaultRoute(route) && route.type !== "throw" && isUp;
}
