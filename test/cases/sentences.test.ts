import { expect, it } from "vitest";
import { speaker } from "@hookwalk/engine";
import type { Step, Trace } from "@hookwalk/engine";
import { findCases, readCase, runOnWalk } from "./case-runner.ts";

const CHINESE = /\p{Script=Han}/u;

/** Everything that a trace says in plain English. */
function sentencesOf({ outcomes, assumptions }: Trace): readonly string[] {
  const conditions = [...assumptions, ...outcomes.flatMap((outcome) => outcome.conditions)];
  const told = (step: Step): readonly string[] =>
    step.kind === "drop" || step.kind === "socket" || step.kind === "note" ? [step.what] : [];
  return [
    ...conditions.flatMap(({ what, why }) => (why === "" ? [what] : [what, why])),
    ...outcomes.flatMap((outcome) => outcome.steps.flatMap(told)),
  ];
}

it("says in Chinese whatever the walk of any case says in English", () => {
  const seen = new Set<string>();
  for (const path of findCases()) {
    const kase = readCase(path);
    for (const backend of kase.backends) {
      runOnWalk(kase, backend, (trace) => {
        for (const sentence of sentencesOf(trace)) seen.add(sentence);
      });
    }
  }
  const say = speaker("zh");
  expect(seen.size).toBeGreaterThan(20);
  expect([...seen].filter((sentence) => !CHINESE.test(say.sentence(sentence)))).toEqual([]);
}, 60_000);
