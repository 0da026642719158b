/** One figure that the project promises, and what came out. */
export interface Target {
  readonly what: string;
  readonly measured: string;
  /** Null: it could not be measured here. */
  readonly met: boolean | null;
}

export function printTargets(targets: readonly Target[]): void {
  console.log("Targets\n");
  for (const { what, measured, met } of targets) {
    console.log(`  ${met === null ? "?     " : met ? "ok    " : "missed"}  ${what}: ${measured}`);
  }
}
