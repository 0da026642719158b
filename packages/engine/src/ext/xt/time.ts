import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { DAY_END, dayTime, LAST_SECOND, moment, MONTH, monthDays, otherDays, WEEK, weekdays } from "./codecs-time.ts";
import { flag } from "./codecs-target.ts";
import { given } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

interface Days {
  readonly negated: boolean;
  readonly value: readonly number[];
}

/** The days that count: negated, the other ones; all of them say nothing. */
function settled(days: Days | undefined, count: number): Days | undefined {
  if (days === undefined) return undefined;
  const value = days.negated ? otherDays(days.value, count) : days.value;
  return value.length === count ? undefined : given(value);
}

export const time: MatchExtension = defineUnanswerable({
  name: "time",
  options: {
    timestart: option(dayTime),
    timestop: option(dayTime),
    monthdays: option(monthDays, { negatable: true }),
    weekdays: option(weekdays, { negatable: true }),
    datestart: option(moment, { unprinted: 0 }),
    datestop: option(moment),
    kerneltz: option(flag),
    contiguous: option(flag),
    utc: option(flag, { unprinted: true }),
  },
  source: "net/netfilter/xt_time.c time_mt",
  /** Both ends of a day are printed where one is not the day's own; the last moment always is. */
  normalise({ timestart, timestop, monthdays, weekdays: weekly, ...args }) {
    const from = timestart?.value ?? 0;
    const to = timestop?.value ?? DAY_END;
    const inMonth = settled(monthdays, MONTH);
    const inWeek = settled(weekly, WEEK);
    return {
      ...args,
      ...((from !== 0 || to !== DAY_END) && { timestart: given(from), timestop: given(to) }),
      ...(inMonth && { monthdays: inMonth }),
      ...(inWeek && { weekdays: inWeek }),
      datestop: args.datestop ?? given(LAST_SECOND),
    };
  },
  why: "clock",
});
