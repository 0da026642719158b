import type { Family } from "../../base/address.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Match, Rule } from "../../model/ruleset.ts";
import type { Bits, MarkTest } from "../bits.ts";
import { parseBits } from "../bits-text.ts";
import type { XtPlace } from "../place.ts";
import { printedOptions } from "./printed.ts";

/** `-m mark` of a rule. */
export function xtMarkTests({ rule, table }: XtPlace): readonly MarkTest[] {
  return rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "mark") return [];
    return optionBits(match, table.family);
  });
}

function optionBits(match: Match, family: Family): readonly MarkTest[] {
  const extension = findMatch(match.name, family);
  const printed = extension === null ? [] : printedOptions(extension, match.args);
  return printed.flatMap(({ text, negated }) => {
    const bits = parseBits(text);
    return bits === null ? [] : [{ ...bits, negated }];
  });
}

/** What a rule writes into the packet's mark: `(mark & ~mask) ^ value`. Null: nothing, or what no dump tells. */
export function xtMarkWrite({ rule, table }: XtPlace): Bits | null {
  const { target } = rule;
  if (target?.kind !== "target") return null;
  const option = WRITING_OPTIONS.get(target.name);
  if (option === undefined) return null;
  return parseBits(targetOption(target, table.family, option) ?? "");
}

const WRITING_OPTIONS: ReadonlyMap<string, string> = new Map([
  ["MARK", "set-xmark"],
  ["TPROXY", "tproxy-mark"],
]);

/** The bits that `CONNMARK --restore-mark` copies into the packet's mark; null: the rule does no such thing. */
export function xtRestoredBits({ rule, table }: XtPlace): number | null {
  const { target } = rule;
  if (target?.kind !== "target" || target.name !== "CONNMARK" || target.args["restore-mark"] === undefined) return null;
  const text = targetOption(target, table.family, "nfmask");
  return text === null ? null : Number(text);
}

/** The value of a target's option as it is printed. */
export function targetOption(
  target: Extract<Rule["target"], { kind: "target" }>,
  family: Family,
  option: string,
): string | null {
  const extension = findTarget(target.name, family);
  const printed = extension === null ? [] : printedOptions(extension, target.args);
  return printed.find((one) => one.option === option)?.text ?? null;
}
