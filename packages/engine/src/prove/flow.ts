import type { Address } from "../base/address.ts";
import { FALSE, TRUE } from "./bdd/bdd.ts";
import type { Bdd, Ref, Substitution } from "./bdd/bdd.ts";
import { numberBits } from "./bdd/numbers.ts";
import type { Bits } from "./bdd/numbers.ts";

/**
 * Packets at one place of a chain or hook, by what they were where it was entered: which come here, and what has become of the bits
 * that rules change. A bit that stands in no entry is as it was. Outside of `when` the bits mean nothing.
 */
export interface Flow {
  readonly when: Ref;
  readonly now: Bitwise;
  /** ipsets that a rule may have changed on the way. */
  readonly changedSets: ReadonlySet<string>;
}

/** Changed bits by level, each as a function of the bits at the entry. */
export type Bitwise = ReadonlyMap<number, Ref>;

const UNCHANGED: Bitwise = new Map();
const NO_SETS: ReadonlySet<string> = new Set();

export const NOTHING: Flow = { when: FALSE, now: UNCHANGED, changedSets: NO_SETS };

/** Every packet, as it is. */
export const EVERYTHING: Flow = { when: TRUE, now: UNCHANGED, changedSets: NO_SETS };

/** The packets of a flow that are in a set. */
export function within(bdd: Bdd, flow: Flow, set: Ref): Flow {
  const when = bdd.and(flow.when, set);
  return when === flow.when ? flow : when === FALSE ? NOTHING : { ...flow, when };
}

/** Both flows together; no packet is in both. */
export function joined(bdd: Bdd, a: Flow, b: Flow): Flow {
  if (a.when === FALSE) return b;
  if (b.when === FALSE) return a;
  const when = bdd.or(a.when, b.when);
  const changedSets = unionOf(a.changedSets, b.changedSets);
  if (a.now === b.now) return { when, now: a.now, changedSets };
  const isOfA = tellingApart(bdd, a.when, b.when, when);
  const now = new Map(a.now);
  for (const level of new Set([...a.now.keys(), ...b.now.keys()])) {
    const own = bdd.variable(level);
    now.set(level, bdd.ite(isOfA, a.now.get(level) ?? own, b.now.get(level) ?? own));
  }
  return { when, now, changedSets };
}

/** A set that has all of a and nothing of b. Of packets that are in neither nothing is said, so that a short one will do. */
function tellingApart(bdd: Bdd, a: Ref, b: Ref, either: Ref): Ref {
  // What is not said of packets that are in neither need not be carried through all that is composed with it.
  if (bdd.isSmall(either, SHORT)) return bdd.simplify(a, either);
  if (bdd.isSmall(b, SHORT)) return bdd.not(b);
  return bdd.isSmall(a, SHORT) ? a : bdd.simplify(a, either);
}

/** Nodes. More than one rule's own tests have, so that a long chain is not gone through once a rule. */
const SHORT = 400;

/** All of them together, halves first; no packet is in two. */
export function joinedAll(bdd: Bdd, flows: readonly Flow[]): Flow {
  let row = flows;
  while (row.length > 1)
    row = row.flatMap((flow, index) => (index % 2 === 0 ? [joined(bdd, flow, row[index + 1] ?? NOTHING)] : []));
  return row[0] ?? NOTHING;
}

/** Every name of either. */
export function unionOf(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (b.size === 0 || a === b) return a;
  return a.size === 0 ? b : new Set([...a, ...b]);
}

/**
 * The flow that goes on as `then`, which is said of the packets as they are at the end of `first`. What is said of others is left out before the
 * bits are put in: where NAT has changed addresses, a set is not carried through them with every condition that all who come meet anyway.
 */
export function chained(bdd: Bdd, first: Flow, then: Flow): Flow {
  if (first.when === FALSE || then.when === FALSE) return NOTHING;
  const changedSets = unionOf(first.changedSets, then.changedSets);
  if (first.now.size === 0) return { when: bdd.and(first.when, then.when), now: then.now, changedSets };
  const substitution = asSubstitution(bdd, first.now);
  const come = hull(bdd, first);
  const when = bdd.and(first.when, bdd.compose(bdd.simplify(then.when, come), substitution));
  if (when === FALSE) return NOTHING;
  if (then.now.size === 0) return { when, now: first.now, changedSets };
  const go = bdd.and(come, then.when);
  const now = new Map(first.now);
  for (const [level, bit] of then.now) now.set(level, bdd.compose(bdd.simplify(bit, go), substitution));
  return { when, now, changedSets };
}

/** No fewer packets than those of a flow as they are now: what a bit that is no constant has become is left open. */
export function hull(bdd: Bdd, { when, now }: Flow): Ref {
  let set = bdd.exists(when, bdd.cube(now.keys()));
  for (const [level, bit] of now)
    if (bit <= FALSE) set = bdd.and(set, bit === TRUE ? bdd.variable(level) : bdd.not(bdd.variable(level)));
  return set;
}

const substitutions = new WeakMap<Bitwise, Substitution>();

/** What is known of a substitution is kept as long as its bits are. */
function asSubstitution(bdd: Bdd, now: Bitwise): Substitution {
  let substitution = substitutions.get(now);
  if (substitution === undefined) {
    substitution = bdd.substitution(now);
    substitutions.set(now, substitution);
  }
  return substitution;
}

/** A set of packets as they are now, said of what they were at the entry. */
export function asEntered(bdd: Bdd, { now }: Flow, set: Ref): Ref {
  return now.size === 0 || set <= FALSE ? set : bdd.compose(set, asSubstitution(bdd, now));
}

/** What a bit is now. */
export function bitNow(bdd: Bdd, { now }: Flow, level: number): Ref {
  return now.get(level) ?? bdd.variable(level);
}

/** The flow with other bits. */
export function changed(flow: Flow, bits: Iterable<readonly [number, Ref]>): Flow {
  return { ...flow, now: new Map([...flow.now, ...bits]) };
}

/**
 * The same packets, with as little as will do about those that are in no packet of the flow: what is said of its bits gets shorter. Bits that are as
 * in `before` have been looked at, and small ones are left: through a large set of packets that would take longer than they are worth.
 */
export function tidied(bdd: Bdd, flow: Flow, before: Bitwise = UNCHANGED): Flow {
  if (flow.now === before) return flow;
  const now = new Map<number, Ref>();
  for (const [level, bit] of flow.now) {
    const own = bdd.variable(level);
    if (before.get(level) === bit) now.set(level, bit);
    // Unchanged wherever there is a packet: the shortest there is.
    else if (bit !== own && bdd.meets(bdd.xor(bit, own), flow.when))
      now.set(level, bdd.isSmall(bit, SMALL_BIT) ? bit : bdd.simplify(bit, flow.when));
  }
  return { ...flow, now };
}

/** Nodes. A device by its networks, a TTL that is one less. */
const SMALL_BIT = 64;

/** A field set to a number under a mask, the others kept: `field = (field & keep) ^ flip`. */
export function* keptAndFlipped(
  bdd: Bdd,
  flow: Flow,
  bits: Bits,
  { keep, flip }: { readonly keep: number; readonly flip: number },
): Iterable<readonly [number, Ref]> {
  for (const [index, level] of bits.entries()) {
    if (level === null) continue;
    const place = bits.length - 1 - index;
    const old = (keep >>> place) % 2 === 1 ? bitNow(bdd, flow, level) : FALSE;
    const next = (flip >>> place) % 2 === 1 ? bdd.not(old) : old;
    if (next !== bitNow(bdd, flow, level)) yield [level, next];
  }
}

/** A whole field set to a number. */
export function* assigned(bits: Bits, value: Address): Iterable<readonly [number, Ref]> {
  const values = numberBits(bits, value);
  for (const [index, level] of bits.entries()) if (level !== null) yield [level, values[index] ?? FALSE];
}

/** A field as a function of its old value, for fields of few bits. */
export function* computed(
  bdd: Bdd,
  flow: Flow,
  bits: Bits,
  next: (value: number) => number,
): Iterable<readonly [number, Ref]> {
  const olds = bits.map((level) => (level === null ? FALSE : bitNow(bdd, flow, level)));
  const isValue = (value: number): Ref =>
    olds.reduce((all, bit, index) => {
      const isOne = (value >>> (bits.length - 1 - index)) % 2 === 1;
      return bdd.and(all, isOne ? bit : bdd.not(bit));
    }, TRUE);
  const values = Array.from({ length: 2 ** bits.length }, (_, value) => isValue(value));
  for (const [index, level] of bits.entries()) {
    const place = bits.length - 1 - index;
    if (level !== null) yield [level, bdd.union(values.filter((_, value) => (next(value) >>> place) % 2 === 1))];
  }
}
