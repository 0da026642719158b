const FACTORS: readonly (readonly [unit: string, factor: bigint])[] = [
  ["mbytes", 1n << 20n],
  ["kbytes", 1n << 10n],
  ["bytes", 1n],
];

function factorOf(unit: string): bigint {
  return FACTORS.find(([name]) => name === unit)?.[1] ?? 1n;
}

function countOf(digits: string): bigint | null {
  return /^\d{1,40}$/.test(digits) ? BigInt(digits) : null;
}

/** Bytes, of a count in `bytes`, `kbytes` or `mbytes`. What is no count stays as it is. */
export function inBytes(count: string, unit: string): string {
  const number = countOf(count);
  return number === null ? count : String(number * factorOf(unit));
}

/** The other way round, without the rest; what is no count is none. */
export function inUnit(bytes: string, unit: string): string {
  return String((countOf(bytes) ?? 0n) / factorOf(unit));
}

/** The largest unit that leaves no rest (nftables src/statement.c, get_rate). */
export function unitOf(bytes: string): string {
  const count = countOf(bytes) ?? 0n;
  return FACTORS.find(([, factor]) => count !== 0n && count % factor === 0n)?.[0] ?? "bytes";
}
