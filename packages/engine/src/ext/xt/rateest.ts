import type { MatchExtension } from "./define.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { bareText, flag, integer } from "./codecs-target.ts";
import { defineUnanswerable } from "./lower.ts";

const NAME_BYTES = 15; // IFNAMSIZ less the final zero

/** Bits a second a unit is worth (libxt_rateest.c rateest_suffixes; a plain number is bytes a second). */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 8],
  ["bit", 1],
  ["kbit", 1000],
  ["mbit", 1_000_000],
  ["gbit", 1_000_000_000],
  ["kibit", 1024],
  ["mibit", 1024 ** 2],
  ["gibit", 1024 ** 3],
  ["bps", 8],
  ["kbps", 8000],
  ["mbps", 8_000_000],
  ["gbps", 8_000_000_000],
  ["kibps", 8 * 1024],
  ["mibps", 8 * 1024 ** 2],
  ["gibps", 8 * 1024 ** 3],
]);

/** The kernel's field has 32 bits. */
const MOST = 0xffff_ffff;

/** Whole bytes a second. */
const bytesPerSecond: Codec<number> = {
  words: 1,
  parse(text) {
    const match = /^(\d{1,10})([a-z]{0,5})$/.exec(text.toLowerCase());
    const unit = UNITS.get(match?.[2] ?? "");
    return match === null || unit === undefined ? undefined : Math.min(Math.floor((Number(match[1]) * unit) / 8), MOST);
  },
  print(bytes) {
    const bits = bytes * 8;
    if (bits >= 1e9) return `${(bits / 1e6).toFixed(0)}Mbit`;
    return bits >= 1e6 ? `${(bits / 1e3).toFixed(0)}Kbit` : `${String(bits)}bit`;
  },
};

const name = bareText(NAME_BYTES);
const packets = integer(0xffff_ffff);

/** Rates that are given. The comparison of two estimators (`--rateest-bps` without a value) is kept verbatim. */
export const rateest: MatchExtension = defineUnanswerable({
  name: "rateest",
  options: {
    "rateest-delta": option(flag),
    rateest: option(name),
    rateest1: option(name),
    "rateest-bps1": option(bytesPerSecond),
    "rateest-pps1": option(packets),
    "rateest-lt": option(flag, { negatable: true }),
    "rateest-gt": option(flag, { negatable: true }),
    "rateest-eq": option(flag, { negatable: true }),
    "rateest-bps": option(bytesPerSecond),
    "rateest-pps": option(packets),
    "rateest-bps2": option(bytesPerSecond),
    "rateest-pps2": option(packets),
    rateest2: option(name),
  },
  source: "net/netfilter/xt_rateest.c xt_rateest_mt",
  /** With a second estimator the first is printed as `--rateest1`. */
  normalise({ rateest: first, ...args }) {
    if (first === undefined) return args;
    return args.rateest2 ? { ...args, rateest1: first } : { ...args, rateest: first };
  },
  check: (args) => ((args.rateest ?? args.rateest1) ? null : "--rateest or --rateest1 must be given"),
  why: "rate",
});
