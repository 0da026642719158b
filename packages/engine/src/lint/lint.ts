import { once } from "../base/once.ts";
import { compileProgram } from "../compile/program.ts";
import { nodeOf } from "../explain/node.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { lintChecks } from "./checks.ts";
import type { Finding, Severity, Subject } from "./finding.ts";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** What all checks find in a snapshot, the worst first, then in the order of the checks and of the files. */
export function lintSnapshot(snapshot: Snapshot): readonly Finding[] {
  const subject = subjectOf(snapshot);
  const findings = lintChecks.flatMap((check) => check.run(subject));
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

export function subjectOf(snapshot: Snapshot): Subject {
  return { snapshot, program: once(() => compileProgram(snapshot)), node: once(() => nodeOf(snapshot)) };
}

/** Is there a finding of this severity, or a worse one? */
export function hasFinding(findings: readonly Finding[], severity: Severity): boolean {
  return findings.some((finding) => SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(severity));
}
