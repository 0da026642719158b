/** Proves to the compiler that a union was handled whole. Reached only by a bug (exit 70). */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}

/** A condition that only a bug can break (exit 70). Bad input is a Diagnostic, never this. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${what}`);
}
