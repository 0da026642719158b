import type { Family } from "../base/address.ts";
import { familyOf } from "../base/address.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import { CT_STATE } from "../prove/fields.ts";
import { arrivals } from "../prove/path/arrivals.ts";
import type { Origin } from "../prove/path/arrivals.ts";
import type { Space } from "../prove/space.ts";
import { conditionSet, ownAddressSet } from "./condition-set.ts";
import { termsOf } from "./formula-set.ts";
import type { Condition, Outcome, Query } from "./query.ts";

/** What a question leaves unsaid, and is taken for granted. */
export type Default = "state" | "mark" | "ttl" | "length";

export const DEFAULTS: readonly Default[] = ["state", "mark", "ttl", "length"];

/** Bytes: what every link of IPv6 carries whole (RFC 8200), and about every other link too. */
export const ORDINARY_LENGTH = 1280;
/** So that no router on the node ends the packet's life. */
export const ORDINARY_TTL = 2;

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

/** Those of the defaults that the question says nothing else of. */
export function defaultsOf({ conditions }: Query): readonly Default[] {
  const said = new Set([...termsOf(conditions)].map((term) => ("field" in term ? term.field : term.kind)));
  return DEFAULTS.filter((name) => !said.has(name));
}

/** Every packet of that kind for which the conditions hold. */
export function askedSet(space: Space, origin: Origin, query: Query): Ref {
  const { bdd } = space;
  const ordinary = defaultsOf(query).map((name) => ORDINARY[name](space));
  const conditions = query.conditions.map((formula) => conditionSet(space, origin, formula));
  // What the node sends has an address of its own.
  const own = origin === "send" ? [ownAddressSet(space, "src")] : [space.is("pktType", 0)];
  return bdd.intersection([arrivals(space, origin), ...ordinary, ...own, ...conditions]);
}

/** A flow that begins has nothing of this yet. */
const OF_A_FLOW = ["ctmark", "ctStatus", "ctDirection"] as const;

const ORDINARY: Readonly<Record<Default, (space: Space) => Ref>> = {
  state: (space) =>
    space.bdd.intersection([space.is("ctState", CT_STATE.new), ...OF_A_FLOW.map((field) => space.is(field, 0))]),
  mark: (space) => space.is("mark", 0),
  ttl: (space) => space.in("ttl", [{ from: ORDINARY_TTL, to: 0xff }]),
  length: (space) => space.in("length", [{ from: 0, to: ORDINARY_LENGTH }]),
};

/** The defaults in the words of the language: what one would say to have it so. */
export const DEFAULT_WORDS: Readonly<Record<Default, string>> = {
  state: "state new",
  mark: "mark 0x0",
  ttl: `ttl ${String(ORDINARY_TTL)}-255`,
  length: `length 0-${String(ORDINARY_LENGTH)}`,
};
