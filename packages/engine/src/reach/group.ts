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

/** The packets of an answer by what becomes of them: `sure` are those of `set` whatever nobody knows. */
export function groupsOf({ space, fates }: Journeys, set: Ref, sure: Ref): readonly Group[] {
  const { bdd } = space;
  const alike = new Map<string, { readonly fate: Fate; packets: Ref }>();
  for (const fate of fates) {
    const packets = bdd.and(set, fate.flow.when);
    if (packets === FALSE) continue;
    const key = keyOf(fate);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, { fate, packets });
    else known.packets = bdd.or(known.packets, packets);
  }
  const groups: Group[] = [];
  let rest = sure;
  for (const { fate, packets } of alike.values()) {
    const own = surely(space, packets);
    rest = bdd.minus(rest, own);
    if (own !== FALSE) groups.push({ packets: own, fate });
  }
  return rest === FALSE ? groups : [...groups, { packets: rest, fate: null }];
}

function keyOf({ verdict, delivery, reason, what, at, inside }: Fate): string {
  const place = at === null ? "" : `${at.hook} ${at.base.table.name}/${at.base.chain.name}`;
  return [verdict, delivery, reason, what ?? "", place, inside ?? ""].join("\n");
}
