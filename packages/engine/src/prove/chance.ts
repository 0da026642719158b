import { SCHEDULED_BY } from "../program/ipvs-schedule.ts";
import type { Ref } from "./bdd/bdd.ts";
import type { Space, Unknown } from "./space.ts";

/** Why something is unknown that is drawn anew for each packet, or that a node does in its own way. */
const DRAWN: ReadonlySet<string> = new Set([
  ...SCHEDULED_BY,
  "random",
  "cpu",
  "hash",
  "the kernel chooses at random",
  "the multipath hash is seeded",
]);

/** Why something is unknown that the traffic before has brought about. */
const OF_TRAFFIC: ReadonlySet<string> = new Set(["counter", "rate"]);

/** Does it come about by itself, so that whoever asks what can happen may wait for it? Else it is a fact that no snapshot tells. */
export function isByChance(unknown: Unknown): boolean {
  return fallsOnItsOwn(unknown) || unknown.why === "clock";
}

/** Does it fall on two nodes as it likes? The time is the same on both. */
export function fallsOnItsOwn({ why }: Pick<Unknown, "why">): boolean {
  return DRAWN.has(why) || OF_TRAFFIC.has(why);
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
