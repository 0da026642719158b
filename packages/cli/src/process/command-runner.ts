import { spawnSync } from "node:child_process";
import { EXIT, HookwalkError } from "../errors.ts";

export interface CommandOptions {
  /** Written to the command's standard input. */
  readonly stdin?: string;
  /** Default 30 s. */
  readonly timeoutMs?: number;
  /** Standard output beyond this ends the command. Default 256 MiB. */
  readonly maxOutputBytes?: number;
  /** `latin1` where every byte counts: it has a character for each. Default `utf8`. */
  readonly encoding?: "utf8" | "latin1";
}

interface CommandResult {
  /** Exit status; null where a signal ended the command. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The only way to start a process: a program and its arguments, never a shell. Every command runs with LC_ALL=C, so that
 * its output is the same everywhere. Tests put a fake in its place.
 */
export interface CommandRunner {
  /** Runs to the end. A status other than 0 is an answer, not an error; a missing program or a timeout is an error. */
  run(argv: readonly [string, ...string[]], options?: CommandOptions): CommandResult;
}

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

export const commandRunner: CommandRunner = {
  run([program, ...args], options = {}) {
    const { stdin = "", timeoutMs = TIMEOUT_MS, maxOutputBytes = MAX_OUTPUT_BYTES, encoding = "utf8" } = options;
    const result = spawnSync(program, args, {
      input: stdin,
      env: { ...process.env, LC_ALL: "C" },
      timeout: timeoutMs,
      maxBuffer: maxOutputBytes,
      encoding,
    });
    if (result.error !== undefined) throw startError(program, result.error, timeoutMs);
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  },
};

function startError(program: string, error: Error & { readonly code?: string }, timeoutMs: number): HookwalkError {
  const [message, hint] =
    error.code === "ENOENT"
      ? [`${program} is not installed`, `Install the package that has ${program}, or run where it is.`]
      : error.code === "ETIMEDOUT"
        ? [`${program} did not end within ${String(timeoutMs / 1000)} s`, null]
        : [`${program} could not be run: ${error.message}`, null];
  return new HookwalkError("environment", EXIT.environment, message, hint);
}

/** Runs a command that must succeed; its standard output. */
export function runOrThrow(
  runner: CommandRunner,
  argv: readonly [string, ...string[]],
  options: CommandOptions = {},
): string {
  const { status, stdout, stderr } = runner.run(argv, options);
  if (status === 0) return stdout;
  const said = stderr.trim();
  throw new HookwalkError(
    "environment",
    EXIT.environment,
    `${argv.join(" ")} ended with status ${String(status)}${said === "" ? "" : `: ${said}`}`,
  );
}
