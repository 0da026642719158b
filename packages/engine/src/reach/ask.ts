import type { Family } from "../base/address.ts";
import type { Program } from "../program/program.ts";
import { FALSE, TRUE } from "../prove/bdd/bdd.ts";
import type { Ref } from "../prove/bdd/bdd.ts";
import { forSome } from "../prove/chance.ts";
import { BddLimit } from "../prove/bdd/limit.ts";
import { describeSet } from "../prove/describe/describe.ts";
import type { Description } from "../prove/describe/description.ts";
import type { Journeys } from "../prove/path/journeys.ts";
import { journeysOf } from "../prove/path/journeys.ts";
import { spaceOf } from "../prove/space-of.ts";
import type { Space } from "../prove/space.ts";
import { atEntry } from "../witness/place.ts";
import { witnessOf } from "../witness/witness.ts";
import type { Answer, AnswerGroup, OpenPackets } from "./answer.ts";
import type { Asked, Default } from "./asked.ts";
import { askedBy, askedPackets } from "./asked.ts";
import { openFacts, surely } from "./certainty.ts";
import { confirmsOf } from "./confirm.ts";
import { termsOf } from "./formula-set.ts";
import { groupsOf } from "./group.ts";
import { outcomeSet } from "./outcome-set.ts";
import type { RuleTables } from "./outcome-set.ts";
import type { Formula, Outcome, Query } from "./query.ts";
import { absentDevices, tablesWith } from "./rule-names.ts";

export interface AskOptions {
  /** The most nodes of the diagrams of one family. */
  readonly nodes?: number;
}

/** Some 400 MB at the most; the nodes of the documents need a tenth of it. */
const MOST_NODES = 1 << 24;

/** Answers a question for every packet at once. */
export function ask(program: Program, query: Query, { nodes = MOST_NODES }: AskOptions = {}): Answer {
  const asked = askedBy(query);
  const none = {
    query,
    asked,
    answer: "unknown",
    groups: [],
    open: [],
    defaults: [],
    isAboutNothing: false,
    absentDevices: absentDevices(program, query),
    limit: null,
  } as const;
  try {
    const findings = findingsOf(program, query, asked, nodes);
    const groups = findings.flatMap(({ groups: own }) => own);
    const open = findings.flatMap(({ open: own }) => (own === null ? [] : [own]));
    const isFound = groups.some(({ witness }) => witness !== null);
    const found = isFound ? "yes" : groups.length + open.length > 0 ? "unknown" : "no";
    const answer = isDenied(query) ? NEGATED[found] : found;
    const defaults = [...new Set(findings.flatMap((finding) => finding.defaults))];
    const isAboutNothing = findings.length === 0;
    const about = isAboutNothing ? asked : findings.map((finding) => finding.asked);
    return { ...none, asked: about, answer, groups, open, defaults, isAboutNothing };
  } catch (error) {
    if (error instanceof BddLimit) return { ...none, limit: error.nodes };
    throw error;
  }
}

/** Are the packets that it looks for against it? */
function isDenied({ question }: Query): boolean {
  return question === "every" || question === "no";
}

const NEGATED = { yes: "no", no: "yes", unknown: "unknown" } as const;

interface Finding {
  readonly asked: Asked;
  readonly defaults: readonly Default[];
  readonly groups: readonly AnswerGroup[];
  /** Null: nothing is open. */
  readonly open: OpenPackets | null;
}

/** One for each kind of packets that are asked about, where there are any. */
function findingsOf(program: Program, query: Query, asked: readonly Asked[], nodes: number): readonly Finding[] {
  const spaces = new Map<Family, Space>();
  return asked.flatMap((one): readonly Finding[] => {
    const space = spaces.get(one.family) ?? spaceOf(program, one.family, { nodes });
    spaces.set(one.family, space);
    const { packets, defaults } = askedPackets(space, one.origin, query);
    if (packets === FALSE) return [];
    return [{ asked: one, defaults, ...findingOf(journeysOf(space, one.origin, packets), one, query) }];
  });
}

function findingOf(journeys: Journeys, asked: Asked, query: Query): Pick<Finding, "groups" | "open"> {
  const { space, domain } = journeys;
  const { bdd, family } = space;
  const set = wantedSet(journeys, query, (chain) => tablesWith(family, chain));
  const sure = surely(space, set);
  const perhaps = bdd.minus(set, sure);
  // Of `who` only the sources are told, and those that are sure are not told again.
  const isWho = query.question === "who";
  const shown = (packets: Ref): Ref => (isWho ? sources(space, packets) : forSome(space, packets));
  const among = shown(domain);
  const tell = (packets: Ref): Description => describeSet(space, packets, { among, most: MOST_PRODUCTS });
  const groups = groupsOf(journeys, set, sure).map(({ packets, fate }): AnswerGroup => {
    const confirms = confirmsOf(space.program, query, fate);
    const witness = witnessOf(space, packets, atEntry(asked.origin), confirms);
    return { asked, fate, packets: tell(shown(packets)), witness };
  });
  const undecided = bdd.minus(shown(perhaps), isWho ? shown(sure) : FALSE);
  if (undecided === FALSE) return { groups, open: null };
  return { groups, open: { asked, packets: tell(undecided), facts: openFacts(space, perhaps) } };
}

/** The packets that the question looks for. */
function wantedSet(journeys: Journeys, { question, outcomes }: Query, tables: RuleTables): Ref {
  const { bdd } = journeys.space;
  const holds = bdd.intersection(outcomes.map((formula) => outcomeSet(journeys, formula, tables)));
  if (question !== "every") return bdd.and(journeys.domain, holds);
  const scope = scopeOf(outcomes);
  const through = scope === null ? TRUE : outcomeSet(journeys, scope, tables);
  return bdd.minus(bdd.and(journeys.domain, through), holds);
}

/** What a packet carries in the end is asked of those that get so far; null: of all. */
function scopeOf(outcomes: readonly Formula<Outcome>[]): Formula<Outcome> | null {
  const terms = [...termsOf(outcomes)];
  if (terms.every((term) => term.kind === "translated" && term.how !== "dnatted")) return LEAVING;
  return terms.every(({ kind }) => kind === "translated" || kind === "marked") ? ACCEPTED : null;
}

const ACCEPTED: Formula<Outcome> = { kind: "term", term: { kind: "accepted" } };
const LEAVING: Formula<Outcome> = {
  kind: "any",
  parts: (["forwarded", "sent"] as const).map((kind) => ({ kind: "term", term: { kind } })),
};

const MOST_PRODUCTS = 8;

/** Where packets come from, whatever else they are. */
function sources({ bdd, layout }: Space, packets: Ref): Ref {
  const kept = new Set([...layout.bits.iif, ...layout.bits.src]);
  return bdd.exists(packets, bdd.cube(bdd.support(packets).filter((level) => !kept.has(level))));
}
