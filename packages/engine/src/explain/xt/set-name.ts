import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part, Phrase } from "../../messages/explain/phrase.ts";
import type { Dimension } from "../../model/sets.ts";
import { meaningPhrase } from "../meaning.ts";
import type { FamilyScope } from "../scope.ts";

type Side = "src" | "dst";

const SIDES: Readonly<Record<Dimension, Readonly<Record<Side, Phrase>> | null>> = {
  ip: { src: phrase("the-source-address"), dst: phrase("the-destination-address") },
  net: { src: phrase("the-source-address"), dst: phrase("the-destination-address") },
  port: { src: phrase("the-source-port"), dst: phrase("the-destination-port") },
  mac: { src: phrase("the-source-mac"), dst: phrase("the-destination-mac") },
  iface: { src: phrase("the-in-device"), dst: phrase("the-out-device") },
  mark: { src: phrase("the-mark"), dst: phrase("the-mark") },
  // What a list of sets looks at depends on its members.
  set: null,
};

/** What of the packet is looked up: `dst,dst` of a set of type `hash:ip,port` is its destination address and port. */
export function sidesPhrase(name: string, sides: string, { node }: FamilyScope): Part {
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
export function setName(name: string, sides: string, { node }: FamilyScope): Phrase {
  const meaning = node.owners.set(name, null);
  if (meaning === null) return phrase("set-named", { set: name, sides });
  return phrase("set-described", { set: name, sides, meaning: meaningPhrase(meaning) });
}
