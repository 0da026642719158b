import type { MatchExtension } from "./define.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { parseUnsigned } from "./codecs.ts";
import { flag } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

const MAX_LABEL = 127; // XT_CONNLABEL_MAXBIT

/** A number, or a name that a file of the node gives it; printed in double quotes always. */
const label: Codec<string> = {
  words: 1,
  parse(text) {
    const number = parseUnsigned(text, MAX_LABEL);
    if (number !== undefined) return String(number);
    return /^[A-Za-z_][^\s"\\]*$/.test(text) ? text : undefined;
  },
  print: (text) => `"${text}"`,
};

export const connlabel: MatchExtension = defineUnanswerable({
  name: "connlabel",
  options: { label: option(label, { negatable: true }), set: option(flag) },
  source: "net/netfilter/xt_connlabel.c connlabel_mt, connlabel_mt_check",
  needsConntrack: true,
  check: (args) => needs(args, "label"),
  why: "counter",
});
