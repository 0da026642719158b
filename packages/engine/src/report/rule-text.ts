import type { Family } from "../base/address.ts";
import type { Rule } from "../model/ruleset.ts";
import { printRule, printSpec } from "../print/iptables-save.ts";

/** The whole rule as iptables-save prints it: `-A FORWARD -i eth0 -j DROP`. */
export function ruleText(rule: Rule, family: Family): string {
  return printRule(rule, family);
}

/** What the rule does, as after `-j`: `MARK --set-xmark 0x0/0x7000000`, `ACCEPT`, a chain; null: it only counts. */
export function actionText(rule: Rule, family: Family): string | null {
  if (rule.target === null) return null;
  const bare = { ...rule, src: null, dst: null, iif: null, oif: null, proto: null, fragment: null, matches: [] };
  return printSpec(bare, family).replace(/^ -[jg] /, "");
}

/** What the rule tests, without comments: `-o cali+`; "" for a rule that every packet matches. */
export function conditionText(rule: Rule, family: Family): string {
  const matches = rule.matches.filter((match) => match.name !== "comment");
  return printSpec({ ...rule, matches, target: null }, family).trimStart();
}

/** What people and programs wrote beside the rule; Calico's hashes, which say nothing to a reader, are left out. */
export function comments(rule: Rule): readonly string[] {
  return rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "comment") return [];
    const text = match.args["comment"]?.value;
    return typeof text === "string" && !/^cali:[-\w]{16}$/.test(text) ? [text] : [];
  });
}
