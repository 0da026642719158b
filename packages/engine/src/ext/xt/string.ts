import { option } from "./codec.ts";
import { hexPattern, isPrintable, plainPattern } from "./codecs-pattern.ts";
import { flag, integer, wordOf } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs, needsOneOf } from "./given.ts";

const MAX_OFFSET = 0xffff;

export const string: MatchExtension = defineMatch({
  name: "string",
  options: {
    string: option(plainPattern, { negatable: true }),
    "hex-string": option(hexPattern, { negatable: true }),
    algo: option(wordOf(["bm", "kmp"])),
    from: option(integer(MAX_OFFSET), { unprinted: 0 }),
    to: option(integer(MAX_OFFSET), { unprinted: MAX_OFFSET }),
    icase: option(flag),
  },
  source: "net/netfilter/xt_string.c string_mt, net/core/skbuff.c skb_find_text",
  /** A pattern is printed as text if that is possible, however it was written. */
  normalise(args) {
    const { string: text, "hex-string": hex, ...rest } = args;
    const pattern = text ?? hex;
    if (pattern === undefined || (text && hex)) return args;
    return { [isPrintable(pattern.value) ? "string" : "hex-string"]: pattern, ...rest };
  },
  check: (args) => needsOneOf(args, "string", "hex-string") ?? needs(args, "algo"),
  compile({ string: text, "hex-string": hex, from, to, icase }) {
    const pattern = text ?? hex;
    if (pattern === undefined) return malformedTest("string");
    return {
      kind: "string",
      pattern: pattern.value,
      ignoreCase: icase !== undefined,
      from: from?.value ?? 0,
      to: to?.value ?? MAX_OFFSET,
      negated: pattern.negated,
    };
  },
});
