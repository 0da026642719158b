import type { MatchExtension } from "./define.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { parseUnsigned64 } from "./codecs.ts";
import { wordOf } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

interface Amount {
  readonly from: bigint;
  /** Null: no upper bound. */
  readonly to: bigint | null;
}

/** `10`, `10:`, `10:20`, `:20`; an upper bound of 0 is none. */
const amount: Codec<Amount> = {
  words: 1,
  parse(text) {
    const [first = "", second = "", ...more] = text.split(":", 3);
    const from = first === "" ? 0n : parseUnsigned64(first);
    const to = second === "" ? null : parseUnsigned64(second);
    if (more.length > 0 || from === undefined || to === undefined || (to !== null && to < from)) return undefined;
    return { from, to: to === 0n ? null : to };
  },
  print: ({ from, to }) => (to === null ? String(from) : `${String(from)}:${String(to)}`),
};

export const connbytes: MatchExtension = defineUnanswerable({
  name: "connbytes",
  options: {
    connbytes: option(amount, { negatable: true }),
    "connbytes-mode": option(wordOf(["packets", "bytes", "avgpkt"])),
    "connbytes-dir": option(wordOf(["original", "reply", "both"])),
  },
  source: "net/netfilter/xt_connbytes.c connbytes_mt, connbytes_mt_check",
  needsConntrack: true,
  check: (args) => needs(args, "connbytes", "connbytes-mode", "connbytes-dir"),
  why: "counter",
});
