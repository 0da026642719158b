import type { Span } from "../base/span.ts";
import type { DesiredState } from "../desired/state.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Version } from "./node/version.ts";

/** What keeps an owner's rules from being written; it stands at no line of any file, and has line 0. */
export function renderProblem(code: Diagnostic["code"], params: Diagnostic["params"], owner: string): Diagnostic {
  return { code, severity: "error", params, span: { file: owner === "" ? "node" : owner, line: 0 } };
}

/** The same at the place that an object was read from, where one is to blame. */
export function placed(problem: Diagnostic, span: Span | null): Diagnostic {
  return span === null ? problem : { ...problem, span };
}

/** A version that nobody here can write for, told at this place. */
export function versionProblem(owner: string, version: Version, versions: string, span: Span | null): Diagnostic {
  return placed(renderProblem("render-version", { owner, version: version.join("."), versions }, owner), span);
}

/**
 * An owner whose configuration has faults: with its defaults in the place of it, other rules would be written. Null: it has none, or a good one.
 *
 * @param object `KIND`, or `KIND NAME` where there may be several.
 */
export function faultyConfiguration(
  object: string,
  owner: string,
  read: object | null,
  { faulty }: DesiredState,
): Diagnostic | null {
  return read === null && faulty.has(object) ? renderProblem("render-unset", { owner, objects: object }, owner) : null;
}
