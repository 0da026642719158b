import type { Family } from "../../base/address.ts";
import type { Match, Rule, Target, Verbatim } from "../../model/ruleset.ts";
import type { DifferenceKind, TableView, ViewDifference, ViewTool } from "../../model/views.ts";
import type { Assembled, Slot } from "./assembled.ts";
import { isFieldLoss, isLost } from "./loss.ts";
import { COMMENT } from "./prepared.ts";
import { spellMatch, spellTarget } from "./spelling.ts";

/** Where each view is wrong about a rule, or says too little of it. */
export function differencesOf(
  assembled: Assembled,
  rule: Rule,
  number: number,
  views: readonly TableView[],
  family: Family,
): readonly ViewDifference[] {
  const out: ViewDifference[] = [];
  for (const [view, { tool }] of views.entries()) {
    const shown = assembled.shown[view] ?? null;
    const say = (kind: DifferenceKind, part: string, told: ViewDifference["told"]): void => {
      out.push({ kind, chain: rule.chain, rule, number, part, view, shown, told });
    };
    if (shown === null) {
      say(
        "missing-rule",
        "",
        assembled.shown.findIndex((other) => other !== null),
      );
      continue;
    }
    for (const slot of assembled.matches) {
      const kind = isFieldLoss(slot.value) ? null : matchDifference(slot, view, tool);
      if (kind !== null) say(kind, spellMatch(slot.value, family), isLost(slot.value) ? null : slot.from);
    }
    const { target } = assembled;
    if (isMisleading(target, view))
      say("changed", spellTarget(target.value, family), isLost(target.value) ? null : target.from);
  }
  return out;
}

/** nft does not list comments before 1.1.1. */
const WITHOUT_COMMENTS: ReadonlySet<ViewTool> = new Set<ViewTool>(["nft", "nft-json"]);

function matchDifference(slot: Slot<Match | Verbatim>, view: number, tool: ViewTool): DifferenceKind | null {
  const version = slot.versions[view] ?? null;
  if (version === null) {
    const isUsual = slot.value.name === COMMENT && WITHOUT_COMMENTS.has(tool);
    return isUsual || (isLost(slot.value) && slot.value.lost === "doubt") ? null : "lost-match";
  }
  if (!isMisleading(slot, view)) return null;
  return isNegated(slot.value) && !isNegated(version) ? "inverted" : "changed";
}

/** Its words say something else; or it only names the part, and nobody else tells more. */
function isMisleading<T extends Match | Verbatim | Target | null>(slot: Slot<T>, view: number): boolean {
  const version = slot.versions[view] ?? null;
  return isLost(version) && (version.lost === "meaning" || isLost(slot.value));
}

function isNegated(match: Match | Verbatim): boolean {
  return match.kind === "match"
    ? Object.values(match.args).some((arg) => arg?.negated === true)
    : match.text.includes("!");
}
