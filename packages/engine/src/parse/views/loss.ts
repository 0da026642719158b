import type { Loss, Match, Rule, Target, Verbatim } from "../../model/ruleset.ts";
import type { ViewedPart } from "../../model/views.ts";

/** A part that a listing does not tell. */
export interface LostPart extends Verbatim {
  readonly lost: Loss;
}

export function isLost(part: Match | Target | Verbatim | null): part is LostPart {
  return part?.kind === "verbatim" && part.lost !== undefined;
}

/** Does the rule have any part that its listing does not tell? */
export function isLossy({ matches, target }: Rule): boolean {
  return isLost(target) || matches.some(isLost);
}

/** Fields of a rule that a loss leaves open. */
const OPEN: Readonly<Partial<Record<Loss, readonly ViewedPart[]>>> = {
  devices: ["iif", "oif"],
  source: ["src"],
  destination: ["dst"],
};

const NONE: ReadonlySet<ViewedPart> = new Set();

/** The fields that the rule's listing does not tell. */
export function openFields({ matches }: Rule): ReadonlySet<ViewedPart> {
  if (!matches.some(isFieldLoss)) return NONE;
  return new Set(matches.flatMap((match) => (isLost(match) ? (OPEN[match.lost] ?? []) : [])));
}

/** Does this loss stand for fields, and not for a match? */
export function isFieldLoss(match: Match | Verbatim): boolean {
  return isLost(match) && OPEN[match.lost] !== undefined;
}
