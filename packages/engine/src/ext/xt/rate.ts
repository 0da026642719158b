/** How often, as `limit` and `hashlimit` hold it: the cost of one packet in units of a second divided by `scale`. */
export interface RateUnit {
  readonly name: "sec" | "min" | "hour" | "day";
  readonly seconds: number;
}

const DAY: RateUnit = { name: "day", seconds: 86_400 };
const SMALLER_UNITS: readonly RateUnit[] = [
  { name: "hour", seconds: 3600 },
  { name: "min", seconds: 60 },
  { name: "sec", seconds: 1 },
];
const WORDS: readonly (readonly [word: string, seconds: number])[] = [
  ["second", 1],
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
];

/** `5/min`: the cost of a packet and the seconds of the unit that was written; undefined when it is none or too fast. */
export function parseRate(text: string, scale: number): { cost: number; seconds: number } | undefined {
  const match = /^(\d{1,15})[^/]{0,8}(?:\/([a-z]{1,6}))?$/i.exec(text);
  if (match === null) return undefined;
  const unit = match[2]?.toLowerCase() ?? "second";
  const seconds = WORDS.find(([word]) => word.startsWith(unit))?.[1];
  const count = Number(match[1]);
  if (seconds === undefined || count === 0) return undefined;
  const cost = Math.floor((scale * seconds) / count);
  return cost === 0 ? undefined : { cost, seconds };
}

/**
 * The largest unit in which a cost prints without losing more than another would: libxtables' limit prints `120/minute`
 * back as `2/sec` (extensions/libxt_limit.c print_rate, libxt_hashlimit.c print_packets_rate).
 */
export function rateUnit(cost: number, scale: number): RateUnit {
  let best = DAY;
  for (const unit of SMALLER_UNITS) {
    const whole = unit.seconds * scale;
    if (cost > whole || Math.floor(whole / cost) < whole % cost) break;
    best = unit;
  }
  return best;
}

export function printRate(cost: number, scale: number): string {
  const { name, seconds } = rateUnit(cost, scale);
  return `${String(Math.floor((seconds * scale) / cost))}/${name}`;
}
