/**
 * One rule of a node is changed at random: the witness of each difference that the semantic diff reports fares otherwise on the kernel, and
 * where it reports none random packets and those at the edges of the rules fare alike.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { compileProgram, semanticDiff } from "@hookwalk/engine";
import { createLab } from "../../packages/cli/src/lab/lab.ts";
import type { Lab } from "../../packages/cli/src/lab/lab.ts";
import { HookwalkError } from "../../packages/cli/src/errors.ts";
import type { SemanticGroup } from "../../packages/engine/src/diff/semantic.ts";
import { changedLines, changesOf, kindsOf } from "../property/rule-changes.ts";
import { endOf, linesOf, sendOn, walkedLines } from "./mutations/both.ts";
import type { Side } from "./mutations/both.ts";
import { packetsFor } from "./mutations/packets.ts";
import { firstUnlike, isByChance, samplesOf } from "./mutations/samples.ts";
import type { Sample } from "./mutations/samples.ts";
import { SUBJECTS } from "./mutations/subject.ts";
import type { Subject } from "./mutations/subject.ts";
import { changesIn, newTally, tallyLines, tallyOf } from "./mutations/tally.ts";
import type { Tally } from "./mutations/tally.ts";
import { describeKernel } from "./require-kernel.ts";

/** Of each node. */
const CHANGED = Number(process.env["HOOKWALK_MUTATIONS_KERNEL"] ?? 4);
const PACKETS = Number(process.env["HOOKWALK_MUTATIONS_PACKETS"] ?? 500);
const SEED = Number(process.env["HOOKWALK_FUZZ_SEED"] ?? 20_261_126);
/** As many of the packets are drawn for the lines that were changed; the others are the same for all changes. */
const NEAR = Math.ceil(PACKETS / 10);

/** After so many changes it is told how far it is. */
const TOLD = 50;

interface Mutation {
  readonly kind: string;
  readonly text: string;
}

/** All of them, in a random order. */
function shuffled<T>(all: readonly T[], seed: number): readonly T[] {
  return fc.sample(fc.noBias(fc.shuffledSubarray([...all], { minLength: all.length })), { numRuns: 1, seed })[0] ?? [];
}

/** Round by round of each kind a random one that was not yet, as long as there are any. */
function* mutationsOf(kinds: ReadonlyMap<string, readonly string[]>): Iterable<Mutation> {
  const left = [...kinds].map(([kind, texts]) => ({ kind, order: shuffled(texts, SEED) }));
  for (let round = 0; left.some(({ order }) => round < order.length); round++)
    for (const { kind, order } of shuffled(left, SEED + round)) {
      const text = order[round];
      if (text !== undefined) yield { kind, text };
    }
}

/** The node as it is and as it is changed; each once more for witnesses, where every rule shows that a packet meets. */
interface Labs {
  readonly before: Lab;
  readonly after: Lab;
  readonly shown: readonly [Lab, Lab];
}

async function createLabs({ node }: Subject): Promise<Labs> {
  return {
    before: await createLab(node, { endsOnly: true }),
    after: await createLab(node, { endsOnly: true }),
    shown: [await createLab(node), await createLab(node)],
  };
}

/** The changed node, or why its tool does not load it. */
function changedSide({ load }: Subject, lab: Lab, text: string): Side | string {
  try {
    return { lab, program: compileProgram(load(lab, text)) };
  } catch (error) {
    if (error instanceof HookwalkError) return error.message.split("\n").slice(0, 3).join(" ");
    throw error;
  }
}

/** Sends a witness to both, whose walks said what happens; what speaks against that, or null. */
function againstWitness(sides: readonly Side[], { witness, change }: SemanticGroup): string | null {
  if (witness === null) return `no witness of ${JSON.stringify(change)}`;
  const options = JSON.stringify(witness.options);
  const said = [witness.trace.outcomes, witness.after.outcomes];
  const ends = new Set<string>();
  for (const [index, side] of sides.entries()) {
    const outcomes = said[index] ?? [];
    const seen = sendOn(side, witness);
    const [lines, walked] = [linesOf(seen, outcomes), walkedLines(outcomes)];
    if (!walked.includes(lines)) return `${options}\n${lines}\nwalk:\n${walked.join("\n")}`;
    ends.add(endOf(seen, outcomes));
  }
  return ends.size === 1 && !said.some(isByChance) ? `alike: ${options} ${[...ends].join("")}` : null;
}

function againstWitnesses(
  groups: readonly SemanticGroup[],
  sides: readonly Side[],
  tally: Tally,
  reload: () => void,
): string | null {
  for (const group of groups) {
    tally.witnesses++;
    if (againstWitness(sides, group) === null) continue;
    // What an earlier packet put into a set is gone.
    reload();
    const against = againstWitness(sides, group);
    if (against !== null) return against;
  }
  return null;
}

function againstSamples(
  sides: readonly [Side, Side],
  samples: readonly Sample[],
  tally: Tally,
  reload: () => void,
): string | null {
  tally.packets += samples.length;
  tally.walked += samples.filter(({ outcomes }) => isByChance(outcomes)).length;
  const unlike = firstUnlike(sides, samples, reload);
  if (unlike === null) return null;
  const [{ words, end }, now] = unlike;
  return `not alike: ${JSON.stringify(words)}\n${end}\n${now}`;
}

/** Changes the node as often as is asked, and asks the kernel about each. */
function study(subject: Subject, labs: Labs, tally: Tally): void {
  const { text, changes, sets, sources, load } = subject;
  const before: Side = { lab: labs.before, program: compileProgram(load(labs.before, text)) };
  const lines = `${text}\n${sets}`.split("\n");
  const draw = (near: readonly string[], numRuns: number): readonly Sample[] =>
    samplesOf(packetsFor(near, lines, sources), { numRuns, seed: SEED }, before);
  const samples = draw(lines, PACKETS - NEAR);
  let count = 0;
  for (const { kind, text: changed } of mutationsOf(changesOf(changes, text))) {
    if (count === CHANGED) break;
    const after = changedSide(subject, labs.after, changed);
    if (typeof after === "string") {
      tallyOf(tally, kind).refused++;
      process.stderr.write(`not loadable, ${kind}: ${after}\n`);
      continue;
    }
    if (++count % TOLD === 0) process.stderr.write([...tallyLines(tally), ""].join("\n"));
    const { groups, tooLarge } = semanticDiff(before.program, after.program);
    expect(tooLarge).toEqual([]);
    tallyOf(tally, kind)[groups.length > 0 ? "different" : "alike"]++;
    const at = changedLines(text, changed);
    const shown = [before, after].map(({ program }, index) => ({ lab: labs.shown[index] ?? labs.after, program }));
    const reload = (): void => {
      for (const [lab, rules] of [
        [labs.shown[0], text],
        [labs.shown[1], changed],
      ] as const)
        load(lab, rules);
    };
    let against: string | null;
    if (groups.length > 0) {
      load(labs.shown[1], changed);
      against = againstWitnesses(groups, shown, tally, reload);
    } else
      against = againstSamples([before, after], [...samples, ...draw(at, NEAR)], tally, () => {
        load(labs.after, changed);
      });
    if (against === null) continue;
    tally.disagreements.push(`${kind}:\n${at.join("\n")}\n${against}`);
    process.stderr.write(`${tally.disagreements.at(-1) ?? ""}\n`);
  }
}

describeKernel("what changes on the kernel with one rule", () => {
  it.each(Object.entries(SUBJECTS))(
    "is what the semantic diff says: %s",
    async (name, subjectOf) => {
      const started = performance.now();
      const subject = subjectOf();
      const labs = await createLabs(subject);
      const tally = newTally(kindsOf(subject.changes));
      try {
        study(subject, labs, tally);
      } finally {
        for (const lab of [labs.before, labs.after, ...labs.shown]) lab.close();
        const seconds = ((performance.now() - started) / 1000).toFixed(0);
        process.stderr.write([`changes of ${name}, ${seconds} s`, ...tallyLines(tally), ""].join("\n"));
      }
      expect(tally.disagreements).toEqual([]);
      expect(changesIn(tally)).toBe(CHANGED);
    },
    CHANGED * 120_000,
  );
});
