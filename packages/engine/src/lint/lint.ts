import { compileProgram } from "../compile/program.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Program } from "../program/program.ts";
import { checks } from "./checks.ts";
import type { Finding, Severity } from "./finding.ts";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** What all checks find in a snapshot, the worst first, then in the order of the checks and of the files. */
export function lintSnapshot(snapshot: Snapshot): readonly Finding[] {
  let compiled: Program | null = null;
  const program = (): Program => (compiled ??= compileProgram(snapshot));
  const findings = checks.flatMap((check) => check.run({ snapshot, program }));
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Is there a finding of this severity, or a worse one? */
export function hasFinding(findings: readonly Finding[], severity: Severity): boolean {
  return findings.some((finding) => SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(severity));
}
