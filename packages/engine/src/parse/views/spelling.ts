import type { Family } from "../../base/address.ts";
import { printArgs } from "../../ext/xt/args.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Match, Target, Verbatim } from "../../model/ruleset.ts";
import type { ViewedPart } from "../../model/views.ts";

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

/** Of any value of the model or the program, whose numbers may be large. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${String(part)}n` : part));
}

export const FIELDS: readonly Field[] = ["src", "dst", "iif", "oif", "proto", "fragment"];

export type Field = Exclude<ViewedPart, number | "target">;
