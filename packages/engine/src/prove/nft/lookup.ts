import type { SetElement } from "../../program/value-set.ts";
import type { SetReference, Value } from "../../program/value.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { gatePlace, partOf, unknownHere } from "../place.ts";
import type { Asking } from "../place.ts";
import { constantBits } from "./word.ts";
import type { Readable, Word } from "./word.ts";

/** What a set has for the keys of packets (nft_lookup_eval, net/netfilter/nft_lookup.c). */
export interface Found {
  /** Packets that have every field of the key; for the others the rule ends. */
  readonly readable: Ref;
  /** Each element with the packets whose key falls on it; no packet is with two. */
  readonly elements: readonly { readonly element: SetElement; readonly when: Ref }[];
  /** Packets that may have an element that no listing tells. */
  readonly untold: Ref;
}

export function findIn(asking: Asking, key: readonly Readable[], reference: SetReference): Found {
  const { space } = asking;
  const { bdd } = space;
  const name = reference.kind === "named" ? reference.id : "of the rule";
  const set = reference.kind === "anonymous" ? reference.set : space.program.nftSets.get(reference.id);
  const readable = bdd.intersection(key.map(({ has }) => has));
  const isOpen = reference.kind === "named" && (space.hasOpenSets || asking.changedSets.has(reference.id));
  const has = unknownHere(asking, `set ${name} has the packet's key`, "its elements are not known");
  if (set === undefined || isOpen) return { readable, elements: [], untold: bdd.and(readable, has) };
  const plain = set.elements.flatMap((element) =>
    element.key === null ? [] : [{ element, when: keySet(asking, key, element.key) }],
  );
  const rest = bdd.minus(readable, bdd.union(plain.map(({ when }) => when)));
  const wildcard = set.elements.find((element) => element.key === null);
  const elements = plain.map(({ element, when }) => ({ element, when: bdd.and(when, readable) }));
  if (wildcard !== undefined) elements.push({ element: wildcard, when: rest });
  return { readable, elements, untold: set.complete || wildcard !== undefined ? FALSE : bdd.and(rest, has) };
}

function keySet({ space: { bdd } }: Asking, key: readonly Readable[], ranges: NonNullable<SetElement["key"]>): Ref {
  return bdd.intersection(
    key.map(({ inside }, index) => {
      const range = ranges[index];
      return range === undefined ? FALSE : inside(range);
    }),
  );
}

/** An element with `limit` or the like lets some packets pass. */
export function passesGate(asking: Asking, element: SetElement): Ref {
  const { gate } = element;
  return gate === null
    ? TRUE
    : unknownHere(gatePlace(partOf(asking, element), gate), `${gate.what} of the element`, "rate");
}

/** The value of a map; without an element the rule ends. */
export function mapWord(asking: Asking, value: Value & { readonly kind: "map" }, { elements, untold }: Found): Word {
  const { bdd } = asking.space;
  const given = elements.flatMap(({ element, when }) => {
    const range = element.data[value.part];
    if (range === undefined) return [];
    const data = constantBits(value.end ? range.to : range.from, value.bits);
    return [{ when: bdd.and(when, passesGate(asking, element)), data }];
  });
  const bits = Array.from({ length: value.bits }, (_, index) => {
    const told = bdd.union(given.filter(({ data }) => data[index] === TRUE).map(({ when }) => when));
    if (untold === FALSE) return told;
    const place = String(value.bits - 1 - index);
    const open = unknownHere(asking, `bit ${place} of the map's value`, "its elements are not known");
    return bdd.or(told, bdd.and(untold, open));
  });
  return { has: bdd.union([untold, ...given.map(({ when }) => when)]), bits };
}
