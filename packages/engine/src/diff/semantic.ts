import type { Family } from "../base/address.ts";
import type { Program } from "../program/program.ts";
import { BddLimit } from "../prove/bdd/limit.ts";
import { FALSE } from "../prove/bdd/bdd.ts";
import type { Bdd, Ref } from "../prove/bdd/bdd.ts";
import { fallsOnItsOwn } from "../prove/chance.ts";
import { describeSet } from "../prove/describe/describe.ts";
import type { Description } from "../prove/describe/description.ts";
import type { Origin } from "../prove/path/arrivals.ts";
import { compareJourneys } from "../prove/path/compare.ts";
import type { Fate } from "../prove/path/fate.ts";
import type { ComparedField, Difference, End } from "../prove/path/compare.ts";
import { journeysOf } from "../prove/path/journeys.ts";
import { ordinarySet, plainPackets, sentPackets } from "../prove/path/ordinary.ts";
import { twinSpaces } from "../prove/space-of.ts";
import type { Space } from "../prove/space.ts";
import type { Outcome, Trace } from "../walk/trace.ts";
import { atEntry } from "../witness/place.ts";
import { witnessOf } from "../witness/witness.ts";
import type { Witness } from "../witness/witness.ts";
import { chancesOfOneSide } from "./chances.ts";
import { changedRules } from "./changed-rules.ts";
import type { ChangedRules } from "./changed-rules.ts";
import { nextHopsOfOneSide } from "./next-hops.ts";
import { NONE, together } from "./one-sided.ts";
import type { OneSided } from "./one-sided.ts";
import { touched } from "./touched.ts";

/** Which packets fare otherwise on B than on A. */
export interface SemanticDiff {
  /** None: proved alike for all packets that were compared. */
  readonly groups: readonly SemanticGroup[];
  readonly compared: readonly Compared[];
  /** What needed more room than there is. */
  readonly tooLarge: readonly Compared[];
  /** What decides about packets that are not told: the same can happen to them on both, but it may happen more often on one. */
  readonly chances: OneSided;
  /** Routes by a next hop: to whom packets go that leave by the same device on both is not compared. */
  readonly nextHops: OneSided;
}

/** Is there something of which nothing is said? */
export function isOpen({ tooLarge, chances, nextHops }: SemanticDiff): boolean {
  const parts = [tooLarge, chances.before, chances.after, nextHops.before, nextHops.after];
  return parts.some(({ length }) => length > 0);
}

/** Packets of one family that come from one side. */
export interface Compared {
  readonly family: Family;
  readonly origin: Origin;
}

export interface SemanticGroup extends Compared {
  readonly change: Change;
  /** As they come in. That the stack turns others away, for other reasons (sources that are no host's …), is not said. */
  readonly packets: Description;
  /** Null: the walks of no packet that was tried come out so, and what was found counts for nothing. */
  readonly witness: ComparedWitness | null;
}

/** What becomes of them; null: on that side no packet of them can end so. */
export type Change =
  | { readonly kind: "end"; readonly before: End | null; readonly after: End | null }
  | { readonly kind: "fields"; readonly end: End; readonly fields: readonly ComparedField[] };

/** One packet on both. */
export interface ComparedWitness extends Witness {
  readonly after: Trace;
}

export interface SemanticOptions {
  /** The most nodes of the diagrams of one comparison. */
  readonly nodes?: number;
}

const MOST_NODES = 1 << 24;
const MOST_PRODUCTS = 8;

/** Compares what two programs do with every packet that begins a flow, without a mark, from outside and from the nodes themselves. */
export function semanticDiff(a: Program, b: Program, { nodes = MOST_NODES }: SemanticOptions = {}): SemanticDiff {
  const compared: Compared[] = [];
  const tooLarge: Compared[] = [];
  const groups: SemanticGroup[] = [];
  let [chances, nextHops] = [NONE, NONE];
  for (const family of ["ip", "ip6"] as const) {
    if (!a.families[family].known || !b.families[family].known) continue;
    const rules = changedRules(a, b, family);
    nextHops = together(nextHops, nextHopsOfOneSide(a, b, family));
    for (const origin of ["receive", "send"] as const) {
      compared.push({ family, origin });
      try {
        const found = comparedPackets([a, b], { family, origin }, rules, nodes);
        for (const group of found.groups) groups.push(group);
        chances = together(chances, found.chances);
      } catch (error) {
        if (!(error instanceof BddLimit)) throw error;
        tooLarge.push({ family, origin });
      }
    }
  }
  return { groups, compared, tooLarge, chances, nextHops };
}

function comparedPackets(
  programs: readonly [Program, Program],
  compared: Compared,
  rules: ChangedRules | null,
  nodes: number,
): Pick<SemanticDiff, "groups" | "chances"> {
  const { family, origin } = compared;
  const [before, after] = twinSpaces(programs, family, { nodes });
  const { bdd } = before;
  const domain = bdd.and(firstPackets(before, origin), firstPackets(after, origin));
  const asked = touched([before, after], domain, rules);
  if (asked === FALSE) return { groups: [], chances: NONE };
  const [mine, theirs] = [journeysOf(before, origin, asked), journeysOf(after, origin, asked)];
  const differences = compareJourneys(mine, theirs);
  const chances = chancesOfOneSide([mine, theirs], bdd.union(differences.map(({ packets }) => packets)));
  const groups = differences.map((difference): SemanticGroup => {
    const { packets: set, ...change } = difference;
    const among = bdd.minus(domain, bdd.minus(asked, toldAmong(bdd, set, [mine.fates, theirs.fates])));
    const packets = describeSet(before, set, { among, most: MOST_PRODUCTS });
    return { ...compared, change, packets, witness: witnessFor(before, after.program, difference, origin) };
  });
  return { groups, chances };
}

/** A set, and the packets that the stack of neither turns away for reasons that are not the set's own: sources that are no host's … */
function toldAmong(bdd: Bdd, set: Ref, sides: readonly (readonly Fate[])[]): Ref {
  const own = sides.flat().filter((fate) => isOfStack(fate) && bdd.meets(set, fate.flow.when));
  const reasons = new Set(own.map(({ reason }) => reason));
  const told = sides.map((fates) => fates.filter((fate) => !isOfStack(fate) || reasons.has(fate.reason)));
  return bdd.or(set, bdd.intersection(told.map((fates) => bdd.union(fates.map(({ flow }) => flow.when)))));
}

function isOfStack({ verdict, at }: Fate): boolean {
  return verdict !== "accept" && at === null;
}

/** The first packets of flows, which somebody sends to this node, by it or from it; between whatever addresses. */
function firstPackets(space: Space, origin: Origin): Ref {
  const respects = (["state", "mark"] as const).map((one) => ordinarySet(space, origin, one));
  return space.bdd.intersection([sentPackets(space, origin), plainPackets(space), ...respects]);
}

/** A packet that fares otherwise on the two, by the walks of both. */
function witnessFor(space: Space, b: Program, difference: Difference, origin: Origin): ComparedWitness | null {
  const walked: { after?: Trace } = {};
  const before = difference.kind === "end" ? difference.before : difference.end;
  const witness = witnessOf(space, difference.packets, atEntry(origin), (outcome, on) => {
    if (before !== null && !endsSo(outcome, before)) return false;
    walked.after = on(b);
    return canEndSo(walked.after, difference) && isOtherwise(on(space.program), walked.after, difference);
  });
  return witness === null || walked.after === undefined ? null : { ...witness, after: walked.after };
}

/** Is there an outcome on B that the difference claims? */
function canEndSo({ outcomes }: Trace, difference: Difference): boolean {
  const end = difference.kind === "end" ? difference.after : difference.end;
  return end === null || outcomes.some((outcome) => endsSo(outcome, end));
}

function endsSo({ verdict, delivery }: Outcome, end: End): boolean {
  // A refusal that nobody is told of is a drop.
  const isLost = end.verdict === "reject" && verdict === "drop";
  return (verdict === end.verdict || isLost) && delivery === end.delivery;
}

function isOtherwise(a: Trace, b: Trace, difference: Difference): boolean {
  const wordsOf = (trace: Trace): string =>
    [...new Set(trace.outcomes.map((outcome) => endWords(outcome, difference)))].sort().join("\n");
  return wordsOf(a) !== wordsOf(b);
}

function endWords({ verdict, delivery, oif, mark, packet, conditions }: Outcome, { kind }: Difference): string {
  const { src, dst, sport, dport } = packet;
  const fields = kind === "end" ? [] : [oif, mark, src, sport, dst, dport];
  // The same can come of another question: nobody knows the answer, but it is the same on both.
  const facts = conditions.filter((one) => !fallsOnItsOwn(one)).map(({ what, assumed }) => [assumed, unplaced(what)]);
  return [verdict, delivery, ...fields, ...facts.flat()].map(String).join(" ");
}

/** A rule may have moved. */
function unplaced(what: string): string {
  return what.replace(/ at \S+$/, "");
}
