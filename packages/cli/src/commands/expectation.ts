import type { Outcome, Verdict } from "@hookwalk/engine";
import { EXIT } from "../errors.ts";
import type { ExitCode } from "../errors.ts";

/**
 * What a trace means to a script: an expectation must hold in every outcome; without one, an answer is fine as long as
 * there is one answer.
 */
export function exitCodeOf(outcomes: readonly Outcome[], expect: Verdict | null): ExitCode {
  if (expect !== null) return outcomes.every(({ verdict }) => verdict === expect) ? EXIT.ok : EXIT.findings;
  const verdicts = new Set(outcomes.map(({ verdict }) => verdict));
  return verdicts.size === 1 && !verdicts.has("unknown") ? EXIT.ok : EXIT.unknown;
}
