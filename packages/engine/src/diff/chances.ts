import type { Ref } from "../prove/bdd/bdd.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import { fallsOnItsOwn, forSome } from "../prove/chance.ts";
import { COMPARED, endsOf, isOf, valueOf } from "../prove/path/compare.ts";
import type { Journeys } from "../prove/path/journeys.ts";
import type { Space, Unknown } from "../prove/space.ts";
import { NONE } from "./one-sided.ts";
import type { OneSided } from "./one-sided.ts";

/**
 * What packets hang on that are not told to fare otherwise, since on both nodes the same can happen to them: how often it does is not
 * compared, and it may differ where the nodes do not ask the same. As a walk names it in its conditions: `-m limit --limit 5/min at filter/FORWARD/3`.
 */
export function chancesOfOneSide([before, after]: readonly [Journeys, Journeys], told: Ref): OneSided {
  const chances = new Map(
    [...before.space.unknowns()].filter(([, unknown]) => unknown.isOfOneRule === true && fallsOnItsOwn(unknown)),
  );
  if (chances.size === 0) return NONE;
  const [mine, theirs] = [askedBy(before, chances), askedBy(after, chances)];
  return { before: leftOf(mine, theirs, told), after: leftOf(theirs, mine, told) };
}

/** What one node makes of packets, and the chances that it hangs on. */
interface Asked {
  readonly space: Space;
  readonly ways: readonly Ref[];
  readonly chances: ReadonlyMap<number, Unknown>;
}

function askedBy(journeys: Journeys, chances: ReadonlyMap<number, Unknown>): Asked {
  const { space } = journeys;
  const ways = [...waysOf(journeys)];
  const levels = new Set(ways.flatMap((way) => space.bdd.support(way)));
  return { space, ways, chances: new Map([...chances].filter(([level]) => levels.has(level))) };
}

/** The chances of one node alone on which packets hang that are not told. */
function leftOf({ space, ways, chances }: Asked, other: Asked, told: Ref): readonly string[] {
  const { bdd } = space;
  const left = new Set<string>();
  for (const [level, { what }] of chances) {
    // A number that is drawn has a variable for each bit.
    const name = what.replace(/^bit \d+ of /, "");
    if (other.chances.has(level) || left.has(name)) continue;
    const cube = bdd.cube([level]);
    const hanging = bdd.union(ways.map((way) => bdd.and(bdd.exists(way, cube), bdd.exists(bdd.not(way), cube))));
    if (bdd.minus(forSome(space, hanging, fallsOnItsOwn), told) !== FALSE) left.add(name);
  }
  return [...left];
}

/** Packets by all that is compared: how they end, and each bit that they end with. */
function* waysOf({ space, fates }: Journeys): Iterable<Ref> {
  const { bdd, layout } = space;
  for (const end of endsOf(fates)) {
    const flows = fates.flatMap((fate) => (isOf(fate, end) ? [fate.flow] : []));
    yield bdd.union(flows.map(({ when }) => when));
    if (end.verdict !== "accept") continue;
    for (const level of COMPARED.flatMap((field) => layout.bits[field]))
      if (level !== null) yield valueOf(space, flows, level);
  }
}
