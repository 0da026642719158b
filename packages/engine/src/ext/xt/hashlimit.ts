import type { Family } from "../../base/address.ts";
import { allOnes, bitsOf } from "../../base/address.ts";
import type { ArgsOf, Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { listOf, prefixLength } from "./codecs-match.ts";
import { bareText, flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { given, needs, needsOneOf } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";
import { parseRate, printRate, rateUnit } from "./rate.ts";

const SCALE = 1_000_000; // XT_HASHLIMIT_SCALE_v2
const MAX_COST = 0xffff_ffff;
const BYTE_UNIT = 16; // XT_HASHLIMIT_BYTE_SHIFT
const DEFAULT_BURST = 5;
const DEFAULT_GC_MS = 1000;
/** Seconds after which an idle entry of a byte limit expires by default, without and with a burst. */
const BYTE_EXPIRE = 15;
const BYTE_EXPIRE_BURST = 60;
const NAME_BYTES = 14;

/** Packets in a time, or bytes a second. */
type Rate =
  | { readonly kind: "packets"; readonly cost: number; /** Of the unit that was written. */ readonly seconds: number }
  | { readonly kind: "bytes"; readonly bytes: number };

const FACTORS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1024],
  ["m", 1024 * 1024],
]);

const rate: Codec<Rate> = {
  words: 1,
  parse(text) {
    const bytes = /^(\d{1,12})([km]?)b\/s$/.exec(text);
    if (bytes !== null)
      return { kind: "bytes", bytes: heldBytes(Number(bytes[1]) * (FACTORS.get(bytes[2] ?? "") ?? 1)) };
    const packets = parseRate(text, SCALE);
    return packets && { kind: "packets", ...packets };
  },
  print: (value) => (value.kind === "bytes" ? `${printBytes(value.bytes)}b/s` : printRate(value.cost, SCALE)),
};

/** The kernel holds a cost, from which the tool computes the bytes again (libxt_hashlimit.c bytes_to_cost, cost_to_bytes). */
function heldBytes(bytes: number): number {
  const cost = Math.floor(MAX_COST / (Math.floor(bytes / BYTE_UNIT) + 1));
  return ((cost === 0 ? MAX_COST : Math.floor(MAX_COST / cost)) - 1) * BYTE_UNIT;
}

function printBytes(bytes: number): string {
  for (const letter of ["m", "k"]) {
    const factor = FACTORS.get(letter) ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${String(bytes / factor)}${letter}`;
  }
  return String(bytes);
}

/** Packets, or with a byte rate bytes (`2mb`). */
const burst: Codec<{ readonly amount: number; readonly inBytes: boolean }> = {
  words: 1,
  parse(text) {
    const match = /^(\d{1,12})(?:([km]?)(b))?$/.exec(text);
    if (match === null || Number(match[1]) === 0) return undefined;
    return { amount: Number(match[1]) * (FACTORS.get(match[2] ?? "") ?? 1), inBytes: match[3] !== undefined };
  },
  print: ({ amount, inBytes }) => (inBytes ? `${printBytes(amount)}b` : String(amount)),
};

const u32 = integer(0xffff_ffff);

function optionsOf(family: Family) {
  const wholeAddress = bitsOf(allOnes(family));
  return {
    "hashlimit-upto": option(rate, { aliases: ["hashlimit"], negatable: true }),
    "hashlimit-above": option(rate, { negatable: true }),
    "hashlimit-burst": option(burst),
    "hashlimit-mode": option(listOf(["srcip", "srcport", "dstip", "dstport"])),
    "hashlimit-name": option(bareText(NAME_BYTES)),
    "hashlimit-htable-size": option(u32, { unprinted: 0 }),
    "hashlimit-htable-max": option(u32, { unprinted: 0 }),
    "hashlimit-htable-gcinterval": option(u32, { unprinted: DEFAULT_GC_MS }),
    "hashlimit-htable-expire": option(u32),
    "hashlimit-srcmask": option(prefixLength(family), { unprinted: wholeAddress }),
    "hashlimit-dstmask": option(prefixLength(family), { unprinted: wholeAddress }),
    "hashlimit-rate-match": option(flag),
    "hashlimit-rate-interval": option(integer(0x7fff_ffff, 1), { unprinted: 1 }),
  } as const;
}

type HashlimitArgs = ArgsOf<ReturnType<typeof optionsOf>>;

/** What is always printed is there: the burst of a packet limit, and an expiry that is not the printed unit's. */
function normalise(args: HashlimitArgs): HashlimitArgs {
  const { "hashlimit-upto": upto, "hashlimit-above": above, "hashlimit-htable-expire": expire, ...rest } = args;
  const limit = upto ?? above;
  if (limit === undefined) return args;
  const isAbove = (upto === undefined) !== limit.negated;
  const { value } = limit;
  const hasBurst = rest["hashlimit-burst"] !== undefined;
  const written = value.kind === "packets" ? value.seconds : hasBurst ? BYTE_EXPIRE_BURST : BYTE_EXPIRE;
  const printed = value.kind === "packets" ? rateUnit(value.cost, SCALE).seconds : written;
  const expireMs = expire?.value ?? written * 1000;
  const held: Rate = value.kind === "packets" ? { ...value, seconds: printed } : value;
  return {
    ...rest,
    [isAbove ? "hashlimit-above" : "hashlimit-upto"]: given(held),
    ...normaliseBurst(rest["hashlimit-burst"]?.value, value),
    ...(expireMs !== printed * 1000 && { "hashlimit-htable-expire": given(expireMs) }),
  };
}

function checkBurst({ "hashlimit-upto": upto, "hashlimit-above": above, "hashlimit-burst": held }: HashlimitArgs) {
  const limit = (upto ?? above)?.value;
  const tooSmall = limit?.kind === "bytes" && held !== undefined && held.value.amount < limit.bytes;
  return tooSmall ? "--hashlimit-burst must not be less than the rate" : null;
}

/** A burst of bytes is held as a number of whole seconds' worth. */
function normaliseBurst(
  value: { readonly amount: number; readonly inBytes: boolean } | undefined,
  limit: Rate,
): Pick<HashlimitArgs, "hashlimit-burst"> {
  if (limit.kind === "packets") {
    return { "hashlimit-burst": given(value ?? { amount: DEFAULT_BURST, inBytes: false }) };
  }
  if (value === undefined) return {};
  const whole = Math.ceil(value.amount / Math.max(limit.bytes, 1)) * limit.bytes;
  const amount = value.amount < limit.bytes ? value.amount : whole;
  return { "hashlimit-burst": given({ amount, inBytes: true }) };
}

function hashlimit(family: Family): MatchExtension {
  return defineUnanswerable({
    name: "hashlimit",
    families: [family],
    options: optionsOf(family),
    source: "net/netfilter/xt_hashlimit.c hashlimit_mt",
    normalise,
    check: (args) =>
      needsOneOf(args, "hashlimit-upto", "hashlimit-above") ?? needs(args, "hashlimit-name") ?? checkBurst(args),
    why: "rate",
  });
}

export const hashlimit4: MatchExtension = hashlimit("ip");
export const hashlimit6: MatchExtension = hashlimit("ip6");
