import type { Family } from "../base/address.ts";
import type { Rule } from "../model/ruleset.ts";
import { printRule, printSpec } from "../print/iptables-save.ts";
import { remembered } from "./remembered.ts";

/** The whole rule as iptables-save prints it: `-A FORWARD -i eth0 -j DROP`. */
export function ruleText(rule: Rule, family: Family): string {
  return RULE_TEXT[family](rule);
}

const RULE_TEXT = {
  ip: remembered((rule: Rule) => printRule(rule, "ip")),
  ip6: remembered((rule: Rule) => printRule(rule, "ip6")),
};

/** What the rule does, as after `-j`: `MARK --set-xmark 0x0/0x7000000`, `ACCEPT`, a chain; null: it only counts. */
export function actionText(rule: Rule, family: Family): string | null {
  return rule.target === null ? null : ACTION_TEXT[family](rule);
}

const ACTION_TEXT = {
  ip: remembered((rule: Rule) => printAction(rule, "ip")),
  ip6: remembered((rule: Rule) => printAction(rule, "ip6")),
};

function printAction(rule: Rule, family: Family): string {
  return printSpec({ ...withoutTests(rule), target: rule.target }, family).replace(/^ -[jg] /, "");
}

/**
 * What the rule tests, in the words of the dump but without comments and without the `-m NAME` that its options make
 * plain: `-o cali+ --ctstate INVALID`; "" for a rule that every packet matches.
 */
export function conditionText(rule: Rule, family: Family): string {
  let text = printSpec({ ...rule, matches: [], target: null }, family);
  for (const match of rule.matches) {
    if (match.name === "comment") continue;
    const own = printSpec({ ...withoutTests(rule), matches: [match] }, family);
    const name = ` -m ${match.name}`;
    text += own.startsWith(`${name} `) ? own.slice(name.length) : own;
  }
  return text.trimStart();
}

/** What people and programs wrote beside the rule; Calico's hashes, which say nothing to a reader, are left out. */
export function comments(rule: Rule): readonly string[] {
  return rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "comment") return [];
    const text = match.args["comment"]?.value;
    return typeof text === "string" && !/^cali:[-\w]{16}$/.test(text) ? [text] : [];
  });
}

function withoutTests(rule: Rule): Rule {
  const nothing = { src: null, dst: null, iif: null, oif: null, proto: null, fragment: null, target: null };
  return { ...rule, ...nothing, matches: [] };
}
