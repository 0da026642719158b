import { SCHEDULED_BY } from "../program/ipvs-schedule.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Space, Unknown } from "./space.ts";

/** Why something is unknown that falls now this way, now that. */
const CHANCES: ReadonlySet<string> = new Set([
  ...SCHEDULED_BY,
  "random",
  "counter",
  "rate",
  "clock",
  "cpu",
  "hash",
  "the kernel chooses at random",
  "the multipath hash is seeded",
]);

/** Does it come about by itself, so that whoever asks what can happen may wait for it? Else it is a fact that no snapshot tells. */
export function isByChance({ why }: Unknown): boolean {
  return CHANCES.has(why);
}

/** The packets that are in a set for some value of what nobody knows, or of a part of that. */
export function forSome(space: Space, set: Ref, isMeant: (unknown: Unknown) => boolean = () => true): Ref {
  const { bdd } = space;
  const levels = bdd.support(set).filter((level) => {
    const unknown = space.unknownAt(level);
    return unknown !== null && isMeant(unknown);
  });
  return levels.length === 0 ? set : bdd.exists(set, bdd.cube(levels));
}
