import { ruleKeywords, ruleWords } from "../../ext/ip/rule.ts";
import type { RoutingRule } from "../../model/routing.ts";
import { lastBlankCut, printExtraWords, printPhrases } from "./phrases.ts";

/** As `ip rule` prints these rules. */
export function printIpRule(rules: readonly RoutingRule[]): string {
  return rules.map((rule) => `${String(rule.priority)}:\t${lastBlankCut(printRule(rule))}\n`).join("");
}

function printRule(rule: RoutingRule): string {
  return printPhrases(ruleWords, rule) + printExtraWords(rule.extras, ruleKeywords);
}
