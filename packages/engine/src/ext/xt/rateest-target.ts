import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { bareText } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, needs } from "./given.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["us", 1],
  ["usec", 1],
  ["usecs", 1],
  ["ms", 1000],
  ["msec", 1000],
  ["msecs", 1000],
  ["s", 1_000_000],
  ["sec", 1_000_000],
  ["secs", 1_000_000],
]);

/** Microseconds. */
const duration: Codec<number> = {
  words: 1,
  parse(text) {
    const match = /^(\d{1,10}(?:\.\d{1,10})?)([a-z]*)$/.exec(text);
    const unit = UNITS.get(match?.[2]?.toLowerCase() ?? "-");
    return match === null || unit === undefined ? undefined : Math.trunc(Number(match[1]) * unit);
  },
  print(us) {
    if (us >= 1_000_000) return `${(us / 1_000_000).toFixed(1)}s`;
    return us >= 1000 ? `${(us / 1000).toFixed(1)}ms` : `${String(us)}us`;
  },
};

const SHORTEST_US = 250_000;
const LONGEST_US = 8_000_000;

/** The estimator's interval: the next power of two times 250 ms (libxt_RATEEST.c RATEEST_final_check). */
function rounded(intervalUs: number): number {
  let us = SHORTEST_US;
  while (us < intervalUs && us < LONGEST_US) us *= 2;
  return us;
}

/** How many times the averaging time is twice the interval; the kernel holds only that (RATEEST_final_check). */
function averagingLog(intervalUs: number, averageUs: number): number {
  let log = 0;
  while (log < 31 && intervalUs / -Math.log(1 - 1 / 2 ** (log + 1)) <= averageUs) log++;
  return log;
}

export const rateestTarget: TargetExtension = defineTarget({
  name: "RATEEST",
  options: {
    "rateest-name": option(bareText(15)),
    "rateest-interval": option(duration),
    "rateest-ewmalog": option(duration),
  },
  source: "net/netfilter/xt_RATEEST.c xt_rateest_tg",
  check(args) {
    const { "rateest-interval": interval, "rateest-ewmalog": average } = args;
    if (!interval || !average) return needs(args, "rateest-name", "rateest-interval", "rateest-ewmalog");
    if (interval.value > LONGEST_US) return "--rateest-interval is at most 8s";
    const log = averagingLog(interval.value, average.value);
    return log < 1 || log > 30 ? "--rateest-ewmalog is too short or too long for the interval" : null;
  },
  normalise(args) {
    const { "rateest-interval": interval, "rateest-ewmalog": average } = args;
    if (!interval || !average) return args;
    const us = rounded(interval.value);
    const averageUs = us * 2 ** averagingLog(interval.value, average.value);
    return { ...args, "rateest-interval": given(us), "rateest-ewmalog": given(averageUs) };
  },
  compile: () => ({ kind: "continue" }),
});
