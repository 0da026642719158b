/** Exit codes are public: scripts rely on them. Documented in `--help` of every command. */
export const EXIT = {
  ok: 0,
  /** Findings, differences, an expectation that does not hold. */
  findings: 1,
  usage: 2,
  /** The input cannot be read. */
  input: 3,
  /** No permission, a missing tool, a kernel or an API that refuses. */
  environment: 4,
  /** The outcomes disagree on the verdict, or it is unknown. */
  unknown: 5,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Stable names for what can go wrong outside the program. */
export type ErrorCode =
  "usage" | "cannot-read" | "bad-archive" | "too-large" | "nothing-recognised" | "cannot-write" | "environment";

/**
 * The environment failing, or the person at the keyboard mistyping: never bad input inside a dump, which is a
 * Diagnostic. Thrown anywhere in the command line, caught in main.ts alone.
 */
export class HookwalkError extends Error {
  override readonly name = "HookwalkError";
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  /** What the person can do about it; null where there is nothing to say. */
  readonly hint: string | null;

  constructor(code: ErrorCode, exitCode: ExitCode, message: string, hint: string | null = null) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** Words typed wrongly: exit 2. */
export function usageError(message: string, hint: string | null = null): HookwalkError {
  return new HookwalkError("usage", EXIT.usage, message, hint);
}
