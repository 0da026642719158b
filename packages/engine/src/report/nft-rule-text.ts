import type { NftRule, NftStatement } from "../model/nft.ts";
import { printNftRule } from "../print/nft/nft.ts";
import { remembered } from "./remembered.ts";

/** The rule as it stood in the listing; of JSON, as nft would print it. */
export function nftRuleText(rule: NftRule): string {
  return rule.text ?? printed(rule);
}

const printed = remembered((rule: NftRule) => printNftRule(rule));

const TESTS: ReadonlySet<NftStatement["kind"]> = new Set(["match", "limit", "quota", "ct-count"]);
const COUNTS: ReadonlySet<NftStatement["kind"]> = new Set(["counter", "last"]);

/** What the rule does; null: it only counts. */
export function nftActionText(rule: NftRule): string | null {
  const text = actions(rule);
  return text === "" ? null : text;
}

const actions = remembered((rule: NftRule) => someOf(rule, ({ kind }) => !TESTS.has(kind) && !COUNTS.has(kind)));

/** What the rule asks. */
export function nftConditionText(rule: NftRule): string {
  return conditions(rule);
}

const conditions = remembered((rule: NftRule) => someOf(rule, ({ kind }) => TESTS.has(kind)));

function someOf(rule: NftRule, wanted: (statement: NftStatement) => boolean): string {
  return printNftRule({ ...rule, statements: rule.statements.filter(wanted), comment: null, text: null });
}
