import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

/** A tc class, `MAJOR:MINOR` in hex. Digits beyond four are cut by iptables, which cannot be meant: they are refused here. */
const classId: Codec<{ readonly major: number; readonly minor: number }> = {
  words: 1,
  parse(text) {
    const match = /^(?:0x)?([0-9a-fA-F]{1,4}):(?:0x)?([0-9a-fA-F]{1,4})$/.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    return { major: Number.parseInt(match[1], 16), minor: Number.parseInt(match[2], 16) };
  },
  print: ({ major, minor }) => `${fourDigits(major)}:${fourDigits(minor)}`,
};

function fourDigits(value: number): string {
  return value.toString(16).padStart(4, "0");
}

export const classifyTarget: TargetExtension = defineTarget({
  name: "CLASSIFY",
  options: { "set-class": option(classId) },
  source: "net/netfilter/xt_CLASSIFY.c classify_tg",
  check: (args) => needs(args, "set-class"),
  compile: () => ({ kind: "mangle", what: "sets the queueing class" }),
});
