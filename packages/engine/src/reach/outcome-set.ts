import { FALSE, TRUE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import { CT_STATE, CT_STATUS, hasEntry, statusBit } from "../prove/fields.ts";
import { asEntered } from "../prove/flow.ts";
import type { Fate } from "../prove/path/fate.ts";
import type { Journeys } from "../prove/path/journeys.ts";
import type { Space } from "../prove/space.ts";
import { addressSet, deviceSet, portSet } from "./condition-set.ts";
import { ownAddressSet } from "../prove/path/ordinary.ts";
import { formulaSet } from "./formula-set.ts";
import type { Fared, Formula, Outcome, Place, Target, Translation } from "./query.ts";

/** Rules by name: of a table that is not named, all that have such a chain. */
export type RuleTables = (chain: string) => readonly string[];

/** Packets as they came in that fare so. What becomes of some nobody knows: a variable of its own stands for each of them. */
export function outcomeSet(journeys: Journeys, formula: Formula<Outcome>, tables: RuleTables): Ref {
  const { space, fates } = journeys;
  const { bdd } = space;
  return formulaSet(bdd, formula, (outcome) => {
    const sets = fates.map((fate) => bdd.and(fate.flow.when, fateSet(space, fate, outcome)));
    if (outcome.kind === "rule") sets.push(ruleSet(journeys, outcome, tables));
    return bdd.union(sets);
  });
}

/** Of the packets of one fate. */
function fateSet(space: Space, fate: Fate, outcome: Outcome): Ref {
  if (outcome.kind === "undecided") return fate.verdict === "unknown" ? TRUE : FALSE;
  if (outcome.kind === "untracked") return untrackedSet(space, fate);
  if (fate.verdict === "unknown") return perhaps(space, fate, outcome.kind);
  switch (outcome.kind) {
    case "reach":
      return reachSet(space, fate, outcome.target);
    case "leave":
      return hasLeft(fate) ? asEntered(space.bdd, fate.flow, deviceSet(space, "oif", outcome.device)) : FALSE;
    case "translated":
      return asEntered(space.bdd, fate.flow, translatedSet(space, outcome.how, outcome.to));
    case "marked":
      return asEntered(space.bdd, fate.flow, space.masked("mark", outcome.mark.mask, outcome.mark.value));
    case "rule":
      return FALSE;
    case "accepted":
    case "delivered":
    case "forwarded":
    case "sent":
    case "dropped":
    case "rejected":
    case "queued":
      return FARED[outcome.kind](fate) ? TRUE : FALSE;
  }
}

const FARED: Readonly<Record<Exclude<Fared, "undecided" | "untracked">, (fate: Fate) => boolean>> = {
  accepted: ({ verdict }) => verdict === "accept",
  delivered: ({ verdict, delivery }) => verdict === "accept" && delivery === "local",
  forwarded: ({ verdict, delivery }) => verdict === "accept" && delivery === "forward",
  sent: ({ verdict, delivery }) => verdict === "accept" && delivery === "sent",
  dropped: ({ verdict }) => verdict === "drop",
  rejected: ({ verdict }) => verdict === "reject",
  queued: ({ verdict }) => verdict === "queue",
};

function hasLeft({ verdict, delivery }: Fate): boolean {
  return verdict === "accept" && (delivery === "forward" || delivery === "sent");
}

function perhaps(space: Space, { what, reason, at }: Fate, outcome: Outcome["kind"]): Ref {
  const place = at === null ? reason : `${at.base.table.name}/${at.base.chain.name}`;
  const fact = what ?? `what ${place} does with the packet`;
  return space.unknown(`${outcome} ${place} ${fact}`, { what: fact, why: reason });
}

/** Where a packet goes to nobody knows where, conntrack has mostly seen it before. */
function untrackedSet(space: Space, fate: Fate): Ref {
  const { bdd } = space;
  const untracked = asEntered(bdd, fate.flow, space.is("ctState", CT_STATE.untracked));
  if (fate.verdict !== "unknown") return untracked;
  const unseen = asEntered(bdd, fate.flow, space.is("ctState", CT_STATE.invalid));
  return bdd.or(untracked, bdd.and(unseen, perhaps(space, fate, "untracked")));
}

/** Let through; and there, or addressed there. */
function reachSet(space: Space, fate: Fate, { ports, places }: Target): Ref {
  const { bdd } = space;
  if (fate.verdict !== "accept") return FALSE;
  const port = ports.length === 0 ? TRUE : bdd.union(ports.map((one) => portSet(space, "dport", one)));
  const isThere = (target: Ref): Ref => bdd.or(asEntered(bdd, fate.flow, target), target);
  if (places.length === 0) return isThere(port);
  const addresses = places.flatMap((place) => (place === "node" ? [] : [placeSet(space, "dst", place)]));
  const atAddress = isThere(bdd.and(port, bdd.union(addresses)));
  return places.includes("node") && fate.delivery === "local" ? bdd.or(atAddress, isThere(port)) : atAddress;
}

function placeSet(space: Space, side: "src" | "dst", { addresses, ports }: Place): Ref {
  const at = addressSet(space, side, addresses);
  if (ports === null) return at;
  return space.bdd.and(at, portSet(space, side === "src" ? "sport" : "dport", { protocol: null, ranges: ports }));
}

/** Of packets as they are now: their flow is translated so. */
function translatedSet(space: Space, how: Translation, to: Place | null): Ref {
  const { bdd, layout } = space;
  const side = how === "dnatted" ? "dst" : "src";
  const changed = bdd.variable(statusBit(layout, side === "dst" ? CT_STATUS.dnat : CT_STATUS.snat));
  const own = how === "masqueraded" ? ownAddressSet(space, "src") : TRUE;
  return bdd.intersection([hasEntry(space), changed, own, to === null ? TRUE : placeSet(space, side, to)]);
}

function ruleSet(journeys: Journeys, { how, rule }: Outcome & { readonly kind: "rule" }, tables: RuleTables): Ref {
  const names = rule.table === null ? tables(rule.chain) : [rule.table];
  const sets = names.map((table) => {
    const found = journeys.rule({ table, chain: rule.chain, number: rule.rule });
    return found === null ? FALSE : how === "reach" ? found.reached : found.matched;
  });
  return journeys.space.bdd.union(sets);
}
