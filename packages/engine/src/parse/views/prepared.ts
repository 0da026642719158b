import type { Family } from "../../base/address.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Loss, Match, Rule, Target, Verbatim } from "../../model/ruleset.ts";
import type { LoweringContext } from "../../program/test.ts";
import { isFieldLoss, isLost, openFields } from "./loss.ts";
import { FIELDS, spellMatch, spellTarget, textOf } from "./spelling.ts";

/** A rule made ready for comparing: of every part a text that is the same where the part says the same. */
export interface Prepared {
  readonly rule: Rule;
  /** In the order of FIELDS; null: the listing does not tell. "" where the rule does not have it. */
  readonly fields: readonly (string | null)[];
  /** Without those losses that stand for fields. */
  readonly matches: readonly PreparedMatch[];
  readonly target: PreparedTarget;
  /** What no tool loses, in one text: the fields and the target. */
  readonly core: string;
  /** All of it in one text. */
  readonly key: string;
}

export interface PreparedMatch {
  readonly match: Match | Verbatim;
  readonly name: string;
  readonly key: string;
  readonly lost: Loss | null;
}

export interface PreparedTarget {
  readonly target: Target | null;
  /** Of an extension; of a jump or a verdict all it says. "" where nobody tells the name. */
  readonly name: string;
  readonly key: string;
  readonly lost: Loss | null;
}

export function prepare(rule: Rule, family: Family): Prepared {
  const open = openFields(rule);
  const fields = FIELDS.map((field) => (open.has(field) ? null : fieldKey(rule[field])));
  const matches = rule.matches.filter((match) => !isFieldLoss(match)).map((match) => prepareMatch(match, family));
  const target = prepareTarget(rule.target, family);
  const core = [...fields.map((text) => text ?? "?"), target.key].join(SEPARATOR);
  const key = [core, ...matches.map((match) => match.key)].join(SEPARATOR);
  return { rule, fields, matches, target, core, key };
}

/** Stands in no text of a rule. */
const SEPARATOR = "\n";

function fieldKey(field: Rule[(typeof FIELDS)[number]]): string {
  if (field === null) return "";
  const { negated, value } = field;
  return `${negated ? "! " : ""}${typeof value === "object" ? `${String(value.value)}/${String(value.mask)}` : String(value)}`;
}

/** Extensions that can spell what another one spells, too: what they compile to tells. */
const ALIASES: ReadonlySet<string> = new Set(["state", "conntrack", "NOTRACK", "CT"]);

function prepareMatch(match: Match | Verbatim, family: Family): PreparedMatch {
  return { match, name: match.name, key: matchKey(match, family), lost: isLost(match) ? match.lost : null };
}

/** `-m state --state NEW` and `-m conntrack --ctstate NEW` are one test. */
function matchKey(match: Match | Verbatim, family: Family): string {
  const extension = match.kind === "match" ? findMatch(match.name, family) : null;
  if (match.kind !== "match" || extension === null || !ALIASES.has(match.name)) return spellMatch(match, family);
  return textOf(extension.compile(match.args, contextOf(family)));
}

export const COMMENT = "comment";

function prepareTarget(target: Target | null, family: Family): PreparedTarget {
  const isNamed = target?.kind === "target" || target?.kind === "verbatim";
  const name = isNamed ? target.name : target === null ? "no target" : spellTarget(target, family);
  return { target, name, key: targetKey(target, family), lost: isLost(target) ? target.lost : null };
}

function targetKey(target: Target | null, family: Family): string {
  const extension = target?.kind === "target" ? findTarget(target.name, family) : null;
  if (target?.kind !== "target" || extension === null || !ALIASES.has(target.name)) return spellTarget(target, family);
  return textOf(extension.compile(target.args, contextOf(family)));
}

/** Parts are only compared with each other: which table and backend they stand in is the same for both. */
function contextOf(family: Family): LoweringContext {
  return { family, backend: "nft", table: "mangle" };
}

/** Do both rules say the same, part by part? Where one of them loses something, they do not. */
export function rulesAgree(a: Rule, b: Rule, family: Family): boolean {
  return prepare(a, family).key === prepare(b, family).key;
}
