import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Bdd, Ref } from "./bdd/bdd.ts";
import type { Flow } from "./flow.ts";
import { afterwards } from "./layout.ts";

/** The packets of a flow as they are now, forgetting what they were. */
export function image(bdd: Bdd, { when, now }: Flow): Ref {
  if (when === FALSE || now.size === 0) return when;
  const own = bdd.cube(now.keys());
  if ([...now.values()].every((bit) => bit <= FALSE)) {
    let set = bdd.exists(when, own);
    for (const [level, bit] of now)
      set = bdd.and(set, bit === TRUE ? bdd.variable(level) : bdd.not(bdd.variable(level)));
    return set;
  }
  let relation = when;
  for (const [level, bit] of now) relation = bdd.and(relation, bdd.not(bdd.xor(bdd.variable(afterwards(level)), bit)));
  const names = new Map([...now.keys()].map((level) => [afterwards(level), bdd.variable(level)]));
  return bdd.compose(bdd.exists(relation, own), bdd.substitution(names));
}
