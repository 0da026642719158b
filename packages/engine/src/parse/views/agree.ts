import type { Family } from "../../base/address.ts";
import { printArgs } from "../../ext/xt/args.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Match, Rule, Target, Verbatim } from "../../model/ruleset.ts";
import type { RulePart } from "../../model/views.ts";
import type { LoweringContext } from "../../program/test.ts";

/** A match as iptables-save spells it: `-m mark --mark 0x200/0xf00`. */
export function spellMatch(match: Match | Verbatim, family: Family): string {
  if (match.kind === "verbatim") return spellVerbatim("-m", match);
  const extension = findMatch(match.name, family);
  return `-m ${match.name}${extension === null ? "" : printArgs(extension, match.args)}`;
}

export function spellTarget(target: Target | null, family: Family): string {
  switch (target?.kind) {
    case undefined:
      return "";
    case "jump":
      return `-j ${target.chain}`;
    case "goto":
      return `-g ${target.chain}`;
    case "verdict":
      return `-j ${target.verdict}`;
    case "verbatim":
      return spellVerbatim("-j", target);
    case "target": {
      const extension = findTarget(target.name, family);
      return `-j ${target.name}${extension === null ? "" : printArgs(extension, target.args)}`;
    }
  }
}

function spellVerbatim(option: string, { name, text }: Verbatim): string {
  return `${name === "" ? "" : `${option} ${name} `}${text}`.trim();
}

/** Do both say the same of every packet? Spelling alone does not tell: `-m state` and `-m conntrack` can be one test. */
export function sameMatch(a: Match | Verbatim, b: Match | Verbatim, family: Family): boolean {
  if (spellMatch(a, family) === spellMatch(b, family)) return true;
  const [test, other] = [compiled(a, family), compiled(b, family)];
  return test !== null && test === other;
}

export function sameTarget(a: Target | null, b: Target | null, family: Family): boolean {
  if (spellTarget(a, family) === spellTarget(b, family)) return true;
  if (a?.kind !== "target" || b?.kind !== "target") return false;
  const [extension, other] = [findTarget(a.name, family), findTarget(b.name, family)];
  if (extension === null || other === null) return false;
  const context = contextOf(family);
  return textOf(extension.compile(a.args, context)) === textOf(other.compile(b.args, context));
}

function compiled(match: Match | Verbatim, family: Family): string | null {
  const extension = match.kind === "match" ? findMatch(match.name, family) : null;
  if (match.kind !== "match" || extension === null || match.name === "comment") return null;
  return textOf(extension.compile(match.args, contextOf(family)));
}

/** Two parts are only compared: which table and backend they stand in is the same for both. */
function contextOf(family: Family): LoweringContext {
  return { family, backend: "nft", table: "mangle" };
}

/** Of any value of the model or the program, whose numbers may be large. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${String(part)}n` : part)) ?? "";
}

export const FIELDS = ["src", "dst", "iif", "oif", "proto", "fragment"] as const satisfies readonly RulePart[];

/** Do both rules say the same, part by part? */
export function rulesAgree(a: Rule, b: Rule, family: Family): boolean {
  return (
    FIELDS.every((field) => textOf(a[field]) === textOf(b[field])) &&
    a.matches.length === b.matches.length &&
    a.matches.every((match, index) => {
      const other = b.matches[index];
      return other !== undefined && sameMatch(match, other, family);
    }) &&
    sameTarget(a.target, b.target, family)
  );
}
