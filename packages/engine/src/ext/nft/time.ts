const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

const SPEC = /^(?:(\d{1,15})d)?(?:(\d{1,15})h)?(?:(\d{1,15})m)?(?:(\d{1,15})s)?(?:(\d{1,15})ms)?$/;

/** A time as nft writes it, `1d2h3m4s5ms` or a number of seconds, in seconds; null: it is none. Source: nft(8), TIMESPEC. */
export function parseTime(text: string): number | null {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const found = text === "" ? null : SPEC.exec(text);
  if (found === null) return null;
  const total = UNITS.reduce((sum, [, unit], index) => sum + Number(found[index + 1] ?? 0) * unit, 0);
  return total / 1000;
}

/** Seconds as nft prints them (nftables src/datatype.c, time_print). */
export function printTime(seconds: number): string {
  let rest = Math.round(seconds * 1000);
  let out = "";
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) out += `${String(count)}${unit}`;
    rest -= count * size;
  }
  return out === "" ? "0s" : out;
}
