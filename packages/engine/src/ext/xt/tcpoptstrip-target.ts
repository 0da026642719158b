import { parseUnsigned } from "./codecs.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

const NAMES: ReadonlyMap<string, number> = new Map([
  ["mss", 2],
  ["wscale", 3],
  ["sack-permitted", 4],
  ["sack", 5],
  ["timestamp", 8],
  ["md5", 19],
]);

/** TCP options by number or name; printed as ascending numbers. 0 and 1 (end, padding) cannot be stripped. */
const optionList: Codec<readonly number[]> = {
  words: 1,
  parse(text) {
    const found = new Set<number>();
    for (const word of text.split(",", 256)) {
      const number = NAMES.get(word) ?? parseUnsigned(word, 0xff);
      if (number === undefined || number < 2 || found.has(number)) return undefined;
      found.add(number);
    }
    return [...found].sort((a, b) => a - b);
  },
  print: (numbers) => numbers.join(","),
};

export const tcpoptstripTarget: TargetExtension = defineTarget({
  name: "TCPOPTSTRIP",
  options: { "strip-options": option(optionList) },
  source: "net/netfilter/xt_TCPOPTSTRIP.c tcpoptstrip_tg4, tcpoptstrip_tg6",
  compile: ({ "strip-options": list }) => ({ kind: "strip-tcp-options", options: list?.value ?? [] }),
});
