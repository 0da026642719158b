/** The figure that the share `rank` (0 to 1) of all figures does not exceed. */
export function percentile(figures: readonly number[], rank: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? Number.NaN;
}

/** The middle one of some figures. */
export function median(figures: readonly number[]): number {
  return percentile(figures, 0.5);
}

/** `1.23 ×`. */
export function times(factor: number): string {
  return Number.isFinite(factor) ? `${factor.toFixed(2)} ×` : "-";
}

/** What some work gives, with the seconds that it took by the clock and of this process's own time. */
export function timed<T>(work: () => T): { readonly value: T; readonly seconds: number; readonly cpu: number } {
  const usage = process.cpuUsage();
  const started = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - started) / 1000, cpu: process.cpuUsage(usage).user / 1e6 };
}

/** Prints columns flush right below their headings, the first one flush left. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(`  ${cells.join("   ").trimEnd()}`);
  }
  console.log();
}
