import type { Ref } from "../prove/bdd/bdd.ts";
import { couldDiffer, couldMatch } from "../prove/path/could-match.ts";
import type { Space } from "../prove/space.ts";
import type { ChangedRules } from "./changed-rules.ts";

/**
 * No fewer packets of flows that begin than those of `domain` that fare otherwise on the second program: where rules and sets are all that
 * differs (see `changedRules`, which argues why), those that can come to where they do; where it is null, all. The spaces are twins.
 */
export function touched([before, after]: readonly [Space, Space], domain: Ref, rules: ChangedRules | null): Ref {
  if (rules === null) return domain;
  const { bdd } = before;
  const parts = [
    couldMatch(before, rules.before),
    couldMatch(after, rules.after),
    couldDiffer([before, after], rules.asking),
  ];
  return bdd.and(domain, bdd.union(parts));
}
