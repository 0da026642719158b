import type { Family } from "../base/address.ts";
import { familyOf } from "../base/address.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import { CT_STATE } from "../prove/fields.ts";
import { arrivals } from "../prove/path/arrivals.ts";
import type { Origin } from "../prove/path/arrivals.ts";
import type { Space } from "../prove/space.ts";
import { conditionSet, ownAddressSet, unicastSet } from "./condition-set.ts";
import { termsOf } from "./formula-set.ts";
import type { Condition, Outcome, Query } from "./query.ts";

/** What a question leaves unsaid, and is taken for granted. */
export type Default = "state" | "mark" | "src" | "dst" | "ttl" | "length";

const DEFAULTS: readonly Default[] = ["state", "mark", "src", "dst", "ttl", "length"];

/** Bytes: what every link of IPv6 carries whole (RFC 8200), and about every other link too. */
const ORDINARY_LENGTH = 1280;
/** So that no router on the node ends the packet's life. */
const ORDINARY_TTL = 2;

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
  // What the node sends has an address of its own.
  const own = origin === "send" ? ownAddressSet(space, "src") : space.is("pktType", 0);
  let packets = bdd.intersection([arrivals(space, origin), own, ...conditions]);
  const defaults = DEFAULTS.filter((name) => {
    const ordinary = said.has(name) ? FALSE : bdd.and(packets, ORDINARY[name](space, origin));
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

/** A flow that begins has nothing of this yet. */
const OF_A_FLOW = ["ctmark", "ctStatus", "ctDirection"] as const;

const ORDINARY: Readonly<Record<Default, (space: Space, origin: Origin) => Ref>> = {
  state: (space) => {
    const fresh = OF_A_FLOW.map((field) => space.is(field, 0));
    return space.bdd.intersection([space.is("ctState", CT_STATE.new), ...fresh]);
  },
  mark: (space) => space.is("mark", 0),
  src: (space, origin) => unicastSet(space, origin, "src"),
  dst: (space, origin) => unicastSet(space, origin, "dst"),
  ttl: (space) => space.in("ttl", [{ from: ORDINARY_TTL, to: 0xff }]),
  length: (space) => space.in("length", [{ from: 0, to: ORDINARY_LENGTH }]),
};

/** The defaults in the words of the language: what one would say to have it so. */
export const DEFAULT_WORDS: Readonly<Record<Default, string>> = {
  state: "state new",
  mark: "mark 0x0",
  src: "from unicast",
  dst: "to unicast",
  ttl: `ttl ${String(ORDINARY_TTL)}-255`,
  length: `length 0-${String(ORDINARY_LENGTH)}`,
};
