import type { Span } from "../base/span.ts";
import type { DiagnosticCode } from "../messages/catalogue.ts";

/** Something about the input that a person should know. Bad input is always this, never an exception. */
export interface Diagnostic {
  /** Stable; also the message id. */
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning" | "info";
  /** What the message speaks of, by name. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly span: Span;
  /** The input line itself, for the caret. */
  readonly source?: string;
}

/** What every parser returns: all that could be read, and what could not. */
export interface Parsed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}
