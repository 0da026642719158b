import { option } from "./codec.ts";
import { integer, valueMask } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, malformed, needsOneOf } from "./given.ts";
import { ALL_MARK_BITS, keepFlip, xmark } from "./xmark.ts";

export const markTarget: TargetExtension = defineTarget({
  name: "MARK",
  options: {
    "set-xmark": option(valueMask()),
    "set-mark": option(valueMask()),
    "and-mark": option(integer(ALL_MARK_BITS)),
    "or-mark": option(integer(ALL_MARK_BITS)),
    "xor-mark": option(integer(ALL_MARK_BITS)),
  },
  source: "net/netfilter/xt_mark.c mark_tg",
  check: (args) => needsOneOf(args, "set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"),
  normalise(args) {
    const value = xmark(args);
    return value === null ? args : { "set-xmark": given(value) };
  },
  compile(args) {
    const value = xmark(args);
    return value === null ? malformed("MARK") : { kind: "set-mark", ...keepFlip(value) };
  },
});
