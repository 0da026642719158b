import type { CompiledChain, CompiledRule, FamilyProgram, Program } from "../../program/program.ts";
import { FALSE, TRUE } from "../bdd/bdd.ts";
import type { Ref } from "../bdd/bdd.ts";
import { baseChains, callsOf, chainsFrom } from "../call-graph.ts";
import type { Called } from "../call-graph.ts";
import type { FieldName } from "../layout.ts";
import { MANIPS, manipOf } from "../nat.ts";
import { anyPlace } from "../place.ts";
import type { Space } from "../space.ts";
import { allSet } from "../test-set.ts";
import type { Answer } from "../test-set.ts";
import { changedFields } from "../changed-fields.ts";

/** Rules of chains that packets come into from one base chain. */
export interface RulesOfBase {
  readonly called: Called;
  readonly rules: readonly { readonly chain: string; readonly rule: CompiledRule }[];
}

/** One rule as two programs have it. */
export interface Twins {
  readonly before: CompiledRule;
  readonly after: CompiledRule;
}

/** Such rules of chains that packets come into from one base chain. */
export interface TwinsOfBase {
  /** Of the first program. */
  readonly called: Called;
  readonly rules: readonly (Twins & { readonly chain: string })[];
}

/**
 * No fewer packets of flows that begin, as they come in, than those that match any of these rules on their way, or are dropped while it
 * tests: cheap, where `journeysOf` is exact.
 *
 * A packet that matches a rule has matched a rule that calls its chain, and so on up to a base chain. Whether it matches is a function of the
 * packet as it is then and of what nobody knows. What it carries unchanged is as it came in; of everything else it is enough that some value
 * will do.
 */
export function couldMatch(space: Space, bases: readonly RulesOfBase[]): Ref {
  const { bdd } = space;
  const bounds = boundsOf(space);
  const sets = bases.flatMap(({ called, rules }) => {
    const coming = comingTo(space, called, new Set(rules.map(({ chain }) => chain)), bounds);
    return rules.map(({ chain, rule }) => {
      const entered = coming.get(chain) ?? FALSE;
      return entered === FALSE ? FALSE : bdd.and(entered, bounds(called, rule));
    });
  });
  return bdd.union(sets);
}

/** The same for packets of which the tests of a rule say on one program what they do not say on the other. The spaces are twins. */
export function couldDiffer([before, after]: readonly [Space, Space], bases: readonly TwinsOfBase[]): Ref {
  const { bdd } = before;
  const bounds = boundsOf(before);
  const asEntered = entriesOf(before);
  const sets = bases.flatMap(({ called, rules }) => {
    const coming = comingTo(before, called, new Set(rules.map(({ chain }) => chain)), bounds);
    return rules.map((rule) => {
      const entered = coming.get(rule.chain) ?? FALSE;
      if (entered === FALSE) return FALSE;
      // Whatever rules have put into a set before, they have put into both.
      const mine = anyRule(before, called, rule.before, NONE);
      const theirs = anyRule(after, called, rule.after, NONE);
      return bdd.and(entered, asEntered(bdd.or(bdd.xor(mine.yes, theirs.yes), bdd.xor(mine.drop, theirs.drop))));
    });
  });
  return bdd.union(sets);
}

const NONE: ReadonlySet<string> = new Set();

/** What packets, as they come in, can match a rule, whoever comes to it. */
type Bounds = (called: Called, rule: CompiledRule) => Ref;

/** For each of some chains, and for those on the way to them, the packets that can come into it. */
function comingTo(space: Space, called: Called, wanted: ReadonlySet<string>, bounds: Bounds): ReadonlyMap<string, Ref> {
  const { bdd, program } = space;
  const chains = chainsFrom([called.base], program.nftSets);
  const leading = leadingTo(chains, wanted, space);
  const coming = new Map([[called.base.chain.name, TRUE]]);
  for (const { name, rules } of chains) {
    const entered = coming.get(name) ?? FALSE;
    if (entered === FALSE || !leading.has(name)) continue;
    for (const rule of rules)
      for (const callee of new Set(callsOf(rule, program.nftSets)))
        if (leading.has(callee))
          coming.set(callee, bdd.or(coming.get(callee) ?? FALSE, bdd.and(entered, bounds(called, rule))));
  }
  return coming;
}

/** The wanted chains, and all from which packets come into them. */
function leadingTo(
  chains: readonly CompiledChain[],
  wanted: ReadonlySet<string>,
  { program }: Space,
): ReadonlySet<string> {
  const leading = new Set(wanted);
  for (const { name, rules } of chains.toReversed())
    if (rules.some((rule) => callsOf(rule, program.nftSets).some((callee) => leading.has(callee)))) leading.add(name);
  return leading;
}

function boundsOf(space: Space): Bounds {
  const asEntered = entriesOf(space);
  const { updatedSets } = onTheWay(space);
  return (called, rule) => {
    const { yes, drop } = anyRule(space, called, rule, updatedSets);
    return asEntered(space.bdd.or(yes, drop));
  };
}

function anyRule(space: Space, { hook }: Called, { tests }: CompiledRule, changedSets: ReadonlySet<string>): Answer {
  return allSet(tests, { ...anyPlace(space), hook, changedSets });
}

/** Packets that are in a set when a rule asks them, as they came in: of what they carry unchanged the same, of the rest anything. */
function entriesOf(space: Space): (set: Ref) => Ref {
  const { bdd, layout } = space;
  const { carried } = onTheWay(space);
  const held = new Set([...carried].flatMap((field) => layout.bits[field]));
  // What IPVS sends on passes OUTPUT without the device that it came in by.
  const heldAtFirst = hasIpvs(space.family) ? held : new Set([...held, ...layout.bits.iif]);
  // The device that a packet comes in by is the one that it came in by, or lo where it comes round.
  const roundByLo = space.device("iif", "lo", false);
  const atEntry = (set: Ref, kept: ReadonlySet<number | null>): Ref =>
    bdd.exists(set, bdd.cube(bdd.support(set).filter((level) => !kept.has(level))));
  return (set) => bdd.or(atEntry(set, heldAtFirst), atEntry(bdd.and(set, roundByLo), held));
}

/** Fields that a packet carries through the whole stack, unless a rule, NAT or IPVS puts something else there. */
const CARRIED = [
  "proto",
  "dst",
  "dport",
  "src",
  "sport",
  "icmpType",
  "icmpCode",
  "tcpFlags",
  "tos",
  "mark",
] as const satisfies readonly FieldName[];

interface OnTheWay {
  /** Fields that are at every rule what they were when the packet came in. */
  readonly carried: ReadonlySet<FieldName>;
  /** ipsets that some rule changes: what they hold when another asks nobody knows. */
  readonly updatedSets: ReadonlySet<string>;
}

const ways = new WeakMap<FamilyProgram, OnTheWay>();

function onTheWay({ family, program }: Space): OnTheWay {
  let way = ways.get(family);
  if (way === undefined) {
    way = lookAt(family, program.nftSets);
    ways.set(family, way);
  }
  return way;
}

function lookAt(family: FamilyProgram, sets: Program["nftSets"]): OnTheWay {
  const carried = new Set<FieldName>(CARRIED);
  const updatedSets = new Set<string>();
  const without = (fields: Iterable<FieldName>): void => {
    for (const field of fields) carried.delete(field);
  };
  for (const { hook, base, isNat } of baseChains(family)) {
    const chains = chainsFrom([base], sets);
    without(changedFields(chains));
    const { address, port } = MANIPS[manipOf(hook)];
    for (const { rules } of chains)
      for (const { action, then } of rules)
        for (const done of [action, ...then.map((part) => part.action)]) {
          if (isNat && (done.kind === "nat" || done.kind === "nat-values")) without([address, port]);
          addUpdated(done, updatedSets);
        }
  }
  if (hasIpvs(family)) without(["src", "dst", "sport", "dport"]);
  return { carried, updatedSets };
}

function hasIpvs({ hooks }: FamilyProgram): boolean {
  return Object.values(hooks).some((entries) => entries.some(({ kind }) => kind === "ipvs"));
}

function addUpdated(action: CompiledRule["action"], sets: Set<string>): void {
  if (action.kind === "set-update") sets.add(action.set);
  else if (action.kind === "sequence") for (const part of action.actions) addUpdated(part, sets);
}
