import type { Node } from "../explain/node.ts";
import type { XtPlace } from "../explain/place.ts";
import { printedOptions } from "../explain/xt/printed.ts";
import { findMatch, findTarget } from "../ext/xt/registry.ts";
import type { IpSet } from "../model/sets.ts";

/** A rule of iptables that names a set of ipset. */
export interface SetUse {
  readonly place: XtPlace;
  readonly set: string;
  /** `src,dst`, one for each dimension that is looked up. */
  readonly sides: readonly string[];
  readonly how: "match" | "add" | "del" | "map";
  /** `! --match-set`. */
  readonly negated: boolean;
}

/** A use, and the set as the dump has it. */
export interface KnownSetUse extends SetUse {
  readonly found: IpSet;
}

const HOW: ReadonlyMap<string, SetUse["how"]> = new Map([
  ["match-set", "match"],
  ["add-set", "add"],
  ["del-set", "del"],
  ["map-set", "map"],
]);

/** Every place where a rule names a set, in the order of the rules. */
export function setUses({ rules }: Node): readonly SetUse[] {
  return rules.flatMap((place) => (place.dialect === "xt" ? usesOf(place) : []));
}

/** Those whose set is in the dump. */
export function knownSetUses(node: Node): readonly KnownSetUse[] {
  return setUses(node).flatMap((use) => {
    const found = node.sets.get(use.set);
    return found === undefined ? [] : [{ ...use, found }];
  });
}

function usesOf(place: XtPlace): readonly SetUse[] {
  const { family } = place.table;
  const { matches, target } = place.rule;
  return [...matches, target].flatMap((part) => {
    if (part?.kind !== "match" && part?.kind !== "target") return [];
    if (part.name !== "set" && part.name !== "SET") return [];
    const extension = part.kind === "match" ? findMatch(part.name, family) : findTarget(part.name, family);
    return (extension === null ? [] : printedOptions(extension, part.args)).flatMap(({ option, text, negated }) => {
      const how = HOW.get(option);
      const [set = "", sides = ""] = text.split(" ");
      return how === undefined ? [] : [{ place, set, sides: sides.split(","), how, negated }];
    });
  });
}
