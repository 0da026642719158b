import { list, phrase } from "../messages/explain/phrase.ts";
import { conditionsOf } from "./conditions.ts";
import { effectOf } from "./effect.ts";
import type { RuleExplanation } from "./explanation.ts";
import { needsOf } from "./needs.ts";
import type { Node, Place } from "./node.ts";
import { notesOf } from "./notes.ts";
import type { Scope } from "./scope.ts";
import { meaningPhrase } from "./set-name.ts";

/** One rule in words: what the kernel does, why its owner wrote it, and what it needs. */
export function explainRule(place: Place, node: Node): RuleExplanation {
  const recognised = node.owners.rule(place.view);
  const scope: Scope = { node, family: place.table.family, owner: recognised.owner };
  const conditions = conditionsOf(place.rule, scope);
  const effect = effectOf(place, scope);
  return {
    place,
    owner: recognised.owner,
    says:
      conditions.length === 0
        ? phrase("rule-always", { effect })
        : phrase("rule-if", { conditions: list("conditions", conditions), effect }),
    purpose: recognised.meaning === null ? null : meaningPhrase(recognised.meaning),
    notes: notesOf(place, recognised, scope),
    needs: needsOf(place, scope),
  };
}
