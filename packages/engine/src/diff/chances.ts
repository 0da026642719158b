import type { Ref } from "../prove/bdd/bdd.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import { fallsOnItsOwn, forSome } from "../prove/chance.ts";
import { COMPARED, endsOf, isOf, valueOf } from "../prove/path/compare.ts";
import type { Journeys } from "../prove/path/journeys.ts";
import type { OneSided } from "./one-sided.ts";

/**
 * What packets hang on that are not told to fare otherwise, since on both nodes the same can happen to them: how often it does is not
 * compared, and it may differ where the nodes do not ask the same. As a walk names it in its conditions: `-m limit --limit 5/min at filter/FORWARD/3`.
 */
export function chancesOfOneSide([before, after]: readonly [Journeys, Journeys], told: Ref): OneSided {
  const [mine, theirs] = [reliances(before), reliances(after)];
  const only = (own: readonly Reliance[], others: readonly Reliance[]): readonly string[] => {
    const shared = new Set(others.map(({ level }) => level));
    const left = own.filter(
      ({ level, packets }) => !shared.has(level) && before.space.bdd.minus(packets, told) !== FALSE,
    );
    return [...new Set(left.map(({ what }) => what))];
  };
  return { before: only(mine, theirs), after: only(theirs, mine) };
}

interface Reliance {
  readonly level: number;
  readonly what: string;
  /** Whose end hangs on it. */
  readonly packets: Ref;
}

function reliances(journeys: Journeys): readonly Reliance[] {
  const { space } = journeys;
  const { bdd } = space;
  const ways = [...waysOf(journeys)];
  const levels = new Set(ways.flatMap((way) => bdd.support(way)));
  return [...levels].flatMap((level): readonly Reliance[] => {
    const unknown = space.unknownAt(level);
    if (unknown?.isOfOneRule !== true || !fallsOnItsOwn(unknown)) return [];
    const cube = bdd.cube([level]);
    const hanging = ways.map((way) => bdd.and(bdd.exists(way, cube), bdd.exists(bdd.not(way), cube)));
    return [{ level, what: withoutBit(unknown.what), packets: forSome(space, bdd.union(hanging), fallsOnItsOwn) }];
  });
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

/** A number that is drawn has a variable for each bit. */
function withoutBit(what: string): string {
  return what.replace(/^bit \d+ of /, "");
}
