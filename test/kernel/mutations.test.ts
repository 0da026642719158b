/**
 * One rule of a node is changed at random: the witness of each difference that the semantic diff reports fares otherwise on the kernel, and
 * where it reports none random packets and those at the edges of the rules fare alike.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, parsePacketOptions, semanticDiff } from "@hookwalk/engine";
import type { Outcome } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { SemanticGroup } from "../../packages/engine/src/diff/semantic.ts";
import { mutated } from "../property/rule-changes.ts";
import { endOf, linesOf, outcomesOf, sendOn, walkedEnds, walkedLines } from "./mutations/both.ts";
import type { Sent, Side } from "./mutations/both.ts";
import { packetsFor } from "./mutations/packets.ts";
import { SUBJECTS } from "./mutations/subject.ts";
import type { Subject } from "./mutations/subject.ts";
import { describeKernel } from "./require-kernel.ts";

/** Of all nodes together. */
const CHANGED = Number(process.env["HOOKWALK_MUTATIONS_KERNEL"] ?? 6);
const PACKETS = Number(process.env["HOOKWALK_MUTATIONS_PACKETS"] ?? 500);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_126);
const EACH = Math.ceil(CHANGED / Object.keys(SUBJECTS).length);

interface Tally {
  different: number;
  equal: number;
  witnesses: number;
  packets: number;
  /** Chance decides: their walks were compared instead. */
  walked: number;
  readonly disagreements: string[];
}

interface Sample extends Sent {
  readonly options: Readonly<Record<string, string>>;
  /** Before the change. */
  readonly outcomes: readonly Outcome[];
  readonly end: string;
}

function samplesOf({ text, devices }: Subject, before: Side): readonly Sample[] {
  return fc.sample(packetsFor(text, devices), { numRuns: PACKETS, seed: SEED }).flatMap((options) => {
    const { value } = parsePacketOptions(new Map(Object.entries(options)));
    if (value === null) return [];
    const outcomes = outcomesOf(before, value);
    return [{ ...value, options, outcomes, end: endNow(before, value, outcomes) }];
  });
}

/** On the kernel; every end of the walk, where chance decides between several. */
function endNow(side: Side, sent: Sent, outcomes: readonly Outcome[]): string {
  return outcomes.length > 1 ? walkedEnds(outcomesOf(side, sent)) : endOf(sendOn(side, sent), outcomes);
}

/** Sends the witness to both; the walks said what happens. */
function confirm(sides: readonly [Side, Side], { witness, change }: SemanticGroup, tally: Tally): void {
  if (witness === null) throw new Error(`no witness of ${JSON.stringify(change)}`);
  tally.witnesses++;
  const said = [witness.trace.outcomes, witness.after.outcomes] as const;
  const ends = sides.map((side, index) => {
    const outcomes = said[index] ?? [];
    const seen = sendOn(side, witness);
    const lines = linesOf(seen, outcomes);
    const walked = walkedLines(outcomes);
    if (!walked.includes(lines))
      tally.disagreements.push(`${JSON.stringify(witness.options)}\n${lines}\nwalk:\n${walked.join("\n")}`);
    return endOf(seen, outcomes);
  });
  if (said.every(({ length }) => length === 1) && ends[0] === ends[1])
    tally.disagreements.push(`alike: ${JSON.stringify(witness.options)} ${ends[0] ?? ""}`);
}

function holdAlike(after: Side, samples: readonly Sample[], tally: Tally): void {
  for (const sample of samples) {
    const now = endNow(after, sample, sample.outcomes);
    tally[sample.outcomes.length > 1 ? "walked" : "packets"]++;
    if (now !== sample.end)
      tally.disagreements.push(`not alike: ${JSON.stringify(sample.options)}\n${sample.end}\n${now}`);
  }
}

describeKernel("what changes on the kernel with one rule", () => {
  it.each(Object.entries(SUBJECTS))(
    "is what the semantic diff says: %s",
    async (name, subjectOf) => {
      const started = performance.now();
      const subject = subjectOf();
      const { node, text, changes, load } = subject;
      const labs = [await createLab(node), await createLab(node)] as const;
      const [lab, changedLab] = labs;
      const tally: Tally = { different: 0, equal: 0, witnesses: 0, packets: 0, walked: 0, disagreements: [] };
      const plan = fc.sample(fc.tuple(fc.constantFrom(...Object.keys(changes.changes)), fc.nat()), {
        numRuns: EACH * 20,
        seed: SEED,
      });
      try {
        const before: Side = { lab, program: compileProgram(load(lab, text)) };
        const samples = samplesOf(subject, before);
        for (const [change, at] of plan) {
          if (tally.different + tally.equal === EACH) break;
          const changed = mutated(changes, text, at, change);
          if (changed === null) continue;
          const after: Side = { lab: changedLab, program: compileProgram(load(changedLab, changed)) };
          const { groups, tooLarge } = semanticDiff(before.program, after.program);
          expect(tooLarge).toEqual([]);
          tally[groups.length > 0 ? "different" : "equal"]++;
          const known = tally.disagreements.length;
          if (groups.length === 0) holdAlike(after, samples, tally);
          for (const group of groups) {
            // What an earlier packet put into a set is gone.
            load(lab, text);
            load(changedLab, changed);
            confirm([before, after], group, tally);
          }
          const [first] = tally.disagreements.slice(known);
          if (first !== undefined) process.stderr.write(`${change}, ${String(at)}: ${first}\n`);
        }
      } finally {
        for (const one of labs) one.close();
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      process.stderr.write(`mutations of ${name}: ${JSON.stringify(tally)}, ${seconds} s\n`);
      expect(tally.disagreements).toEqual([]);
      expect(tally.different + tally.equal).toBe(EACH);
    },
    EACH * 120_000,
  );
});
