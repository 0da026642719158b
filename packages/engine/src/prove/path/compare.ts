import { FALSE } from "../bdd/bdd.ts";
import type { Bdd, Ref } from "../bdd/bdd.ts";
import { fallsOnItsOwn, forSome } from "../chance.ts";
import { bitNow, within } from "../flow.ts";
import type { Flow } from "../flow.ts";
import { afterwards } from "../layout.ts";
import type { FieldName } from "../layout.ts";
import type { Space } from "../space.ts";
import type { Fate } from "./fate.ts";
import type { Journeys } from "./journeys.ts";

/** How packets end, as far as anybody outside can tell. */
export type End = Pick<Fate, "verdict" | "delivery">;

/** Packets, as they came in, that fare otherwise on the one node than on the other. */
export type Difference =
  /** They end otherwise; null: on this node no packet of them can end so. */
  | { readonly kind: "end"; readonly before: End | null; readonly after: End | null; readonly packets: Ref }
  /** They end alike, with something else in these fields. */
  | { readonly kind: "fields"; readonly end: End; readonly fields: readonly ComparedField[]; readonly packets: Ref };

/** What is compared of packets that are delivered or leave. */
export const COMPARED: readonly ComparedField[] = ["oif", "dst", "dport", "src", "sport", "mark"];
export type ComparedField = "oif" | "dst" | "dport" | "src" | "sport" | "mark";

/** Everything that tells two nodes apart for the packets that both were asked about. Empty: they are proved alike. */
export function compareJourneys(before: Journeys, after: Journeys): readonly Difference[] {
  const { space } = before;
  const { bdd } = space;
  const ends = endsOf([...before.fates, ...after.fates]).map((end) => ({
    end,
    before: possible(space, before, end),
    after: possible(space, after, end),
  }));
  const differences: Difference[] = [];
  let rest = bdd.and(before.domain, after.domain);
  const tell = (difference: Difference): void => {
    if (difference.packets === FALSE) return;
    differences.push(difference);
  };
  const movedFrom = rest;
  for (const from of ends)
    for (const to of ends) {
      const packets = bdd.intersection([movedFrom, gone(bdd, from), come(bdd, to)]);
      tell({ kind: "end", before: from.end, after: to.end, packets });
      rest = bdd.minus(rest, packets);
    }
  for (const one of ends) {
    tell({ kind: "end", before: one.end, after: null, packets: bdd.and(rest, gone(bdd, one)) });
    tell({ kind: "end", before: null, after: one.end, packets: bdd.and(rest, come(bdd, one)) });
    rest = bdd.minus(rest, bdd.or(gone(bdd, one), come(bdd, one)));
  }
  for (const { end, before: a, after: b } of ends)
    if (end.verdict === "accept")
      for (const difference of changedFields(before, after, end, bdd.intersection([rest, a, b]))) tell(difference);
  return differences;
}

/** Packets that can end so on either side. */
interface Ending {
  readonly end: End;
  readonly before: Ref;
  readonly after: Ref;
}

function gone(bdd: Bdd, { before, after }: Ending): Ref {
  return bdd.minus(before, after);
}

function come(bdd: Bdd, { before, after }: Ending): Ref {
  return bdd.minus(after, before);
}

export function endsOf(fates: readonly Fate[]): readonly End[] {
  const ends = new Map<string, End>();
  for (const { verdict, delivery } of fates) ends.set(`${verdict} ${delivery}`, { verdict, delivery });
  return [...ends.values()];
}

export function isOf({ verdict, delivery }: Fate, end: End): boolean {
  return verdict === end.verdict && delivery === end.delivery;
}

/** Packets that can end so, however chance falls. */
function possible(space: Space, { fates }: Journeys, end: End): Ref {
  return withoutChance(space, space.bdd.union(fates.filter((fate) => isOf(fate, end)).map(({ flow }) => flow.when)));
}

/** What falls by chance may fall otherwise each time: both nodes may do what either way leads to. */
function withoutChance(space: Space, set: Ref): Ref {
  return forSome(space, set, fallsOnItsOwn);
}

/** Packets that end alike on both, as each side follows them. */
interface Alike {
  readonly before: readonly Flow[];
  readonly after: readonly Flow[];
}

/** Packets by the fields in which they end otherwise: each with those of the first that tells them apart, and others with it. */
function changedFields(before: Journeys, after: Journeys, end: End, among: Ref): readonly Difference[] {
  const { space } = before;
  const { bdd } = space;
  const flowsOf = ({ fates }: Journeys): readonly Flow[] =>
    fates.flatMap((fate) => (isOf(fate, end) ? [within(bdd, fate.flow, among)] : []));
  const alike = { before: flowsOf(before), after: flowsOf(after) };
  let groups: readonly { readonly fields: readonly ComparedField[]; readonly packets: Ref }[] = [
    { fields: [], packets: among },
  ];
  for (const field of COMPARED) {
    if (end.delivery === "local" && field === "oif") continue;
    const differs = bdd.and(among, otherwiseIn(space, alike, field));
    if (differs === FALSE) continue;
    groups = groups.flatMap(({ fields, packets }) => [
      { fields, packets: bdd.minus(packets, differs) },
      { fields: [...fields, field], packets: bdd.and(packets, differs) },
    ]);
    groups = groups.filter(({ packets }) => packets !== FALSE);
  }
  return groups
    .filter(({ fields }) => fields.length > 0)
    .map(({ fields, packets }) => ({ kind: "fields", end, fields, packets }));
}

/** Of packets that end alike on both, those that can do so with something else in a field. */
function otherwiseIn(space: Space, alike: Alike, field: FieldName): Ref {
  const { bdd } = space;
  const levels = space.layout.bits[field].filter((level) => level !== null);
  const differs = bdd.union(
    alike.before.flatMap((before) => alike.after.map((after) => apart(bdd, levels, before, after))),
  );
  // What ends so on one side alone does so by chance.
  const suspects = withoutChance(space, bdd.or(differs, bdd.xor(allOf(bdd, alike.before), allOf(bdd, alike.after))));
  if (suspects === FALSE) return FALSE;
  const suspected = (flows: readonly Flow[]): readonly Flow[] => flows.map((flow) => within(bdd, flow, suspects));
  const [before, after] = [suspected(alike.before), suspected(alike.after)];
  const bits = levels.flatMap((level) => [valueOf(space, before, level), valueOf(space, after, level)]);
  if (bits.every((bit) => withoutChance(space, bit) === bit)) return differs;
  const values = (flows: readonly Flow[]): Ref =>
    withoutChance(space, bdd.union(flows.map((flow) => relation(space, flow, field))));
  return bdd.exists(bdd.xor(values(before), values(after)), bdd.cube(levels.map(afterwards)));
}

/** Packets of both flows for which some of these bits come out otherwise. */
function apart(bdd: Bdd, levels: readonly number[], before: Flow, after: Flow): Ref {
  const both = bdd.and(before.when, after.when);
  if (both === FALSE) return FALSE;
  const bits = levels.map((level) => [bitNow(bdd, before, level), bitNow(bdd, after, level)] as const);
  return bdd.union(bits.map(([one, other]) => (one === other ? FALSE : bdd.and(both, bdd.xor(one, other)))));
}

function allOf(bdd: Bdd, flows: readonly Flow[]): Ref {
  return bdd.union(flows.map(({ when }) => when));
}

/** Packets for which a bit is set in the end. */
export function valueOf({ bdd }: Space, flows: readonly Flow[], level: number): Ref {
  return bdd.union(flows.map((flow) => bdd.and(flow.when, bitNow(bdd, flow, level))));
}

/** Packets with what a field of theirs can be in the end, in the variables for changed bits. */
function relation({ bdd, layout }: Space, flow: Flow, field: FieldName): Ref {
  let relation = flow.when;
  for (const level of layout.bits[field].toReversed()) {
    if (level === null) continue;
    relation = bdd.and(relation, bdd.not(bdd.xor(bdd.variable(afterwards(level)), bitNow(bdd, flow, level))));
  }
  return relation;
}
