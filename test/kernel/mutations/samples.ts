/** Packets, and what becomes of each on a node. */
import fc from "fast-check";
import { parsePacketOptions } from "@hookwalk/engine";
import type { Outcome } from "@hookwalk/engine";
import { endOf, outcomesOf, sendOn, walkedEnds } from "./both.ts";
import type { Sent, Side } from "./both.ts";
import type { PacketWords } from "./packets.ts";

/** A packet, and what became of it before the change. */
export interface Sample extends Sent {
  readonly words: PacketWords;
  readonly outcomes: readonly Outcome[];
  readonly end: string;
}

/** As they fare on a node, each alone. */
export function samplesOf(
  packets: fc.Arbitrary<PacketWords>,
  { numRuns, seed }: { readonly numRuns: number; readonly seed: number },
  before: Side,
): readonly Sample[] {
  return fc.sample(packets, { numRuns, seed }).map((words) => {
    const { value, problems } = parsePacketOptions(new Map(Object.entries(words)));
    if (value === null) throw new Error(`${JSON.stringify(words)}: ${JSON.stringify(problems)}`);
    const outcomes = outcomesOf(before, value);
    const end = isByChance(outcomes) ? walkedEnds(outcomes) : endOf(sendOn(before, value), outcomes);
    return { ...value, words, outcomes, end };
  });
}

/** Chance decides between several ends: not one packet tells, but every end that the walk says. */
export function isByChance(outcomes: readonly Outcome[]): boolean {
  return outcomes.length > 1;
}

/** Flows that are left beside each other before all are forgotten. */
const FLOWS = 1000;

/**
 * The first of the samples that ends otherwise on another node, and how. What a flow before it has left behind (the same addresses, a
 * port that is taken, an element of a set) does not count, nor what a busy machine showed too late: then both are asked once more,
 * with `alone` before.
 */
export function firstUnlike(
  [before, after]: readonly [Side, Side],
  samples: readonly Sample[],
  alone: () => void,
): readonly [Sample, string] | null {
  for (const [at, sample] of samples.entries()) {
    if (at % FLOWS === 0) after.lab.flushConntrack();
    if (endAmongOthers(after, sample) === sample.end) continue;
    alone();
    after.lab.flushConntrack();
    before.lab.flushConntrack();
    const [was, is] = [endAmongOthers(before, sample), endAmongOthers(after, sample)];
    if (was !== is) return [{ ...sample, end: was }, is];
  }
  return null;
}

function endAmongOthers(side: Side, sample: Sample): string {
  const { packet, arrival, outcomes } = sample;
  return isByChance(outcomes) ? walkedEnds(outcomesOf(side, sample)) : endOf(side.lab.send(packet, arrival), outcomes);
}
