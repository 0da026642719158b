import type { Family } from "../base/address.ts";
import { familyOf } from "../base/address.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import type { Origin } from "../prove/path/arrivals.ts";
import { ORDINARY_LENGTH, ORDINARY_TTL, ordinarySet, sentPackets } from "../prove/path/ordinary.ts";
import type { Ordinary } from "../prove/path/ordinary.ts";
import type { Space } from "../prove/space.ts";
import { conditionSet } from "./condition-set.ts";
import { termsOf } from "./formula-set.ts";
import type { Condition, Outcome, Query } from "./query.ts";

/** What a question leaves unsaid, and is taken for granted. */
export type Default = Ordinary;

const DEFAULTS: readonly Default[] = ["state", "mark", "src", "dst", "ttl", "length"];

/** The packets that a question is about, in one family and from one side. */
export interface Asked {
  readonly family: Family;
  readonly origin: Origin;
}

/** IPv4 that comes in, unless the question speaks of something else. */
export function askedBy(query: Query): readonly Asked[] {
  const conditions = [...termsOf(query.conditions)];
  const origins: readonly Origin[] = conditions.some(({ kind }) => kind === "local")
    ? ["receive", "send"]
    : ["receive"];
  return familiesOf(query, conditions).flatMap((family) => origins.map((origin) => ({ family, origin })));
}

function familiesOf({ outcomes }: Query, conditions: readonly Condition[]): readonly Family[] {
  const named = new Set<Family>();
  for (const condition of conditions) {
    if (condition.kind === "family") named.add(condition.family);
    else if (condition.kind === "address") named.add(familyOf(condition.addresses.from));
  }
  for (const family of [...termsOf(outcomes)].flatMap(familiesNamed)) named.add(family);
  return named.size === 0 ? ["ip"] : (["ip", "ip6"] as const).filter((family) => named.has(family));
}

function familiesNamed(outcome: Outcome): readonly Family[] {
  if (outcome.kind === "translated") return outcome.to === null ? [] : [familyOf(outcome.to.addresses.from)];
  if (outcome.kind !== "reach") return [];
  return outcome.target.places.flatMap((place) => (place === "node" ? [] : [familyOf(place.addresses.from)]));
}

/** Packets that are asked about. */
export interface AskedPackets {
  readonly packets: Ref;
  /** What was taken for granted of them. */
  readonly defaults: readonly Default[];
}

/** Every packet of that kind for which the conditions hold. What goes without saying gives way to what is said. */
export function askedPackets(space: Space, origin: Origin, query: Query): AskedPackets {
  const { bdd } = space;
  const said = new Set([...termsOf(query.conditions)].map(defaultNamed));
  const conditions = query.conditions.map((formula) => conditionSet(space, origin, formula));
  let packets = bdd.intersection([sentPackets(space, origin), ...conditions]);
  const defaults = DEFAULTS.filter((name) => {
    const ordinary = said.has(name) ? FALSE : bdd.and(packets, ordinarySet(space, origin, name));
    if (ordinary !== FALSE) packets = ordinary;
    return ordinary !== FALSE;
  });
  return { packets, defaults };
}

/** What a condition says instead of; null: it leaves all defaults as they are. */
function defaultNamed(condition: Condition): Default | null {
  switch (condition.kind) {
    case "state":
      return "state";
    case "mark":
      return condition.field === "mark" ? "mark" : null;
    case "number":
      return condition.field;
    case "scope":
      return condition.side;
    case "address":
    case "own-address":
    case "device":
    case "local":
    case "protocol":
    case "port":
    case "family":
      return null;
  }
}

/** The defaults in the words of the language: what one would say to have it so. */
export const DEFAULT_WORDS: Readonly<Record<Default, string>> = {
  state: "state new",
  mark: "mark 0x0",
  src: "from unicast",
  dst: "to unicast",
  ttl: `ttl ${String(ORDINARY_TTL)}-255`,
  length: `length 0-${String(ORDINARY_LENGTH)}`,
};
