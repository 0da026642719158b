import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part, Phrase } from "../messages/explain/phrase.ts";
import type { Dimension } from "../model/sets.ts";
import type { Meaning } from "../owners/recognise.ts";
import type { Scope } from "./scope.ts";

type Side = "src" | "dst";

const SIDES: Readonly<Record<Dimension, Readonly<Record<Side, Phrase>> | null>> = {
  ip: { src: phrase("set-side-ip-src"), dst: phrase("set-side-ip-dst") },
  net: { src: phrase("set-side-ip-src"), dst: phrase("set-side-ip-dst") },
  port: { src: phrase("set-side-port-src"), dst: phrase("set-side-port-dst") },
  mac: { src: phrase("set-side-mac-src"), dst: phrase("set-side-mac-dst") },
  iface: { src: phrase("set-side-iface-src"), dst: phrase("set-side-iface-dst") },
  mark: { src: phrase("set-side-mark"), dst: phrase("set-side-mark") },
  // What a list of sets looks at depends on its members.
  set: null,
};

/** What of the packet is looked up: `dst,dst` of a set of type `hash:ip,port` is its destination address and port. */
export function sidesPhrase(name: string, sides: string, { node }: Scope): Part {
  const dimensions = node.sets.get(name)?.dimensions ?? [];
  const said = sides.split(",").map((side, index): Phrase | null => {
    const dimension = dimensions[index];
    const named = dimension === undefined ? null : SIDES[dimension];
    return named === null ? null : side === "src" ? named.src : named.dst;
  });
  const known = said.filter((one) => one !== null);
  return known.length === said.length ? list("and", known) : phrase("set-side-unknown", { sides });
}

/** A set by its name, with the sides as they stand, and what is in it. */
export function setName(name: string, sides: string, { node }: Scope): Phrase {
  const meaning = node.owners.set(name);
  if (meaning === null) return phrase("set-named", { set: name, sides });
  return phrase("set-described", { set: name, sides, meaning: meaningPhrase(meaning) });
}

/** What an owner says of a thing; its params are the groups of the pattern, which a test holds to the holes of the message. */
export function meaningPhrase({ means, params }: Meaning): Phrase {
  return { id: means, negated: false, params };
}
