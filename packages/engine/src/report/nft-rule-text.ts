import type { NftRule, NftStatement } from "../model/nft.ts";

/** The rule as it stood in the listing. */
export function nftRuleText(rule: NftRule): string {
  return rule.text ?? rule.statements.map(({ kind }) => kind).join(" ");
}

const TESTS: ReadonlySet<NftStatement["kind"]> = new Set(["match", "counter", "limit", "quota", "last", "ct-count"]);

/** What the rule does; null: it only counts. */
export function nftActionText(rule: NftRule): string | null {
  const actions = rule.statements.filter(({ kind }) => !TESTS.has(kind));
  return actions.length === 0 ? null : actions.map(({ kind }) => kind).join(" ");
}

/** What the rule asks. */
export function nftConditionText(rule: NftRule): string {
  return rule.statements
    .filter(({ kind }) => TESTS.has(kind) && kind !== "counter" && kind !== "last")
    .map(({ kind }) => kind)
    .join(" ");
}
