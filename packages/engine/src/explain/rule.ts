import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { Owner } from "../owners/owner.ts";
import type { RuleExplanation } from "./explanation.ts";
import { meaningPhrase } from "./meaning.ts";
import { needsOf } from "./needs.ts";
import { sentenceOf } from "./nft/sentence.ts";
import type { Node } from "./node.ts";
import { notesOf } from "./notes.ts";
import type { Place, XtPlace } from "./place.ts";
import type { FamilyScope } from "./scope.ts";
import { conditionsOf } from "./xt/conditions.ts";
import { effectOf } from "./xt/effect.ts";

/** One rule in words: what the kernel does, why its owner wrote it, and what it needs. */
export function explainRule(place: Place, node: Node): RuleExplanation {
  const recognised = node.owners.rule(place.view);
  const { owner, meaning } = recognised;
  return {
    place,
    owner,
    says: place.dialect === "xt" ? xtSentence(place, owner, node) : sentenceOf({ node, owner, place }),
    purpose: meaning === null ? null : meaningPhrase(meaning),
    notes: notesOf(place, recognised, node),
    needs: needsOf(place, node),
  };
}

function xtSentence(place: XtPlace, owner: Owner | null, node: Node): Part {
  const scope: FamilyScope = { node, family: place.table.family, owner };
  const conditions = conditionsOf(place.rule, scope);
  const effect = effectOf(place, scope);
  return conditions.length === 0
    ? phrase("rule-always", { effect })
    : phrase("rule-if", { conditions: list("conditions", conditions), effect });
}
