import { FALSE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import type { Fate } from "../prove/path/fate.ts";
import type { Journeys } from "../prove/path/journeys.ts";
import type { FateName } from "./answer.ts";
import { surely } from "./certainty.ts";

/** Packets as they came in that fare alike. */
export interface Group {
  readonly packets: Ref;
  /** Null: which of several ways they go the snapshot does not say. */
  readonly fate: FateName | null;
}

/**
 * The packets of an answer by what becomes of them: `sure` are those of `set` whatever nobody knows. Where it is not known at which place
 * their fate is decided they are told by the fate alone.
 */
export function groupsOf(journeys: Journeys, set: Ref, sure: Ref): readonly Group[] {
  const { bdd } = journeys.space;
  const groups: Group[] = [];
  let rest = sure;
  for (const nameOf of [named, withoutPlace]) {
    for (const group of alike(journeys, bdd.and(set, rest), nameOf)) {
      rest = bdd.minus(rest, group.packets);
      groups.push(group);
    }
    if (rest === FALSE) return groups;
  }
  return [...groups, { packets: rest, fate: null }];
}

/** Packets of a set whose fate is surely of one name. */
function alike({ space, fates }: Journeys, set: Ref, nameOf: (fate: Fate) => FateName): readonly Group[] {
  const { bdd } = space;
  const byName = new Map<string, { readonly fate: FateName; packets: Ref }>();
  for (const fate of fates) {
    const packets = bdd.and(set, fate.flow.when);
    if (packets === FALSE) continue;
    const name = nameOf(fate);
    const key = keyOf(name);
    const known = byName.get(key);
    if (known === undefined) byName.set(key, { fate: name, packets });
    else known.packets = bdd.or(known.packets, packets);
  }
  const groups = [...byName.values()].map(({ fate, packets }) => ({ fate, packets: surely(space, packets) }));
  return groups.filter(({ packets }) => packets !== FALSE);
}

function named({ verdict, delivery, reason, what, at, inside }: Fate): FateName {
  return { verdict, delivery, reason, what, at, inside };
}

function withoutPlace({ verdict, delivery }: Fate): FateName {
  return { verdict, delivery, reason: null, what: null, at: null, inside: null };
}

function keyOf({ verdict, delivery, reason, what, at, inside }: FateName): string {
  const place = at === null ? "" : `${at.hook} ${at.base.table.name}/${at.base.chain.name}`;
  return [verdict, delivery, reason ?? "", what ?? "", place, inside ?? ""].join("\n");
}
