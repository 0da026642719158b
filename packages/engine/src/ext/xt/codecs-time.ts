import type { Codec } from "./codec.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTH_DAYS = 31;
/** The latest moment that the kernel's field holds; the tool prints it even where nobody gave it. */
export const LAST_SECOND = 0x7fff_ffff;
export const DAY_END = 86_399;

/** `hh:mm[:ss]`, as seconds of the day. */
export const dayTime: Codec<number> = {
  words: 1,
  parse(text) {
    const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
    if (match === null) return undefined;
    const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
    return hours > 23 || minutes > 59 || seconds > 59 ? undefined : (hours * 60 + minutes) * 60 + seconds;
  },
  print: (value) => new Date(value * 1000).toISOString().slice(11, 19),
};

/** `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`, as seconds since 1970 in UTC. */
export const moment: Codec<number> = {
  words: 1,
  parse(text) {
    const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?)?)?$/.exec(text);
    if (match === null) return undefined;
    const number = (group: number, missing: number): number => Number(match[group] ?? missing);
    const [year, month, day] = [number(1, 0), number(2, 1), number(3, 1)];
    const [hours, minutes, seconds] = [number(4, 0), number(5, 0), number(6, 0)];
    const exists = year >= 1970 && year <= 2038 && month >= 1 && month <= 12 && day >= 1 && day <= MONTH_DAYS;
    if (!exists || hours > 23 || minutes > 59 || seconds > 59) return undefined;
    return Math.min(Date.UTC(year, month - 1, day, hours, minutes, seconds) / 1000, LAST_SECOND);
  },
  print: (value) => new Date(value * 1000).toISOString().slice(0, 19),
};

/** `Mon,Tu,7`: Monday is 0. */
export const weekdays: Codec<readonly number[]> = {
  words: 1,
  parse: (text) =>
    numbersOf(text, DAYS.length, (word) =>
      DAYS.findIndex((day, index) => day === word || day.slice(0, 2) === word || String(index + 1) === word),
    ),
  print: (days) => days.map((day) => DAYS[day] ?? "").join(","),
};

/** `1,15,31`: the first is 0. */
export const monthDays: Codec<readonly number[]> = {
  words: 1,
  parse: (text) => numbersOf(text, MONTH_DAYS, (word) => (/^\d{1,2}$/.test(word) ? Number(word) - 1 : -1)),
  print: (days) => days.map((day) => String(day + 1)).join(","),
};

/** The numbers below `count` that the words stand for, ascending, each once. */
function numbersOf(text: string, count: number, find: (word: string) => number): readonly number[] | undefined {
  const found = new Set<number>();
  for (const word of text.split(",")) {
    const number = find(word);
    if (number < 0 || number >= count) return undefined;
    found.add(number);
  }
  return [...found].sort((a, b) => a - b);
}

/** The days that are not among these. */
export function otherDays(days: readonly number[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, day) => day).filter((day) => !days.includes(day));
}

export const WEEK: number = DAYS.length;
export const MONTH: number = MONTH_DAYS;
