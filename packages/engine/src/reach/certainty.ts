import type { Ref } from "../prove/bdd/bdd.ts";
import { isByChance } from "../prove/chance.ts";
import type { Space, Unknown } from "../prove/space.ts";

/** What comes about by itself, or is in the packet beyond its headers: asked whether a packet can, one may wait for it, or send it so. */
function comesAbout(unknown: Unknown): boolean {
  return isByChance(unknown) || OF_THE_PACKET.has(unknown.why);
}

/** What is in its bytes, and of which of IPVS's connections it is. */
const OF_THE_PACKET: ReadonlySet<string> = new Set(["not given", "its connections are not listed"]);

/** The packets that are in a set whatever it is that no snapshot tells; what comes about by itself stays in it as a variable. */
export function surely(space: Space, set: Ref): Ref {
  const { bdd } = space;
  const facts = factsIn(space, set);
  return facts.length === 0 ? set : bdd.not(bdd.exists(bdd.not(set), bdd.cube(facts)));
}

function factsIn(space: Space, set: Ref): readonly number[] {
  return space.bdd.support(set).filter((level) => {
    const unknown = space.unknownAt(level);
    return unknown !== null && !comesAbout(unknown);
  });
}

/** What a set hangs on that the snapshot does not say, each once. */
export function openFacts(space: Space, set: Ref): readonly Unknown[] {
  const facts = new Map<string, Unknown>();
  for (const level of factsIn(space, set)) {
    const unknown = space.unknownAt(level);
    if (unknown !== null) facts.set(unknown.what, unknown);
  }
  return [...facts.values()];
}
