import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { hexInteger } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { dscpClasses } from "./dscp-classes.ts";
import { malformedTest, needsOneOf } from "./given.ts";
import { masked } from "./lower.ts";

const codePoint = hexInteger(0x3f, 2);
/** A class by name, in any case; printed as its number. */
const classCodec: Codec<number> = { ...codePoint, parse: (text) => dscpClasses.get(text.toUpperCase()) };

export const dscp: MatchExtension = defineMatch({
  name: "dscp",
  options: {
    dscp: option(codePoint, { negatable: true }),
    "dscp-class": option(classCodec, { negatable: true }),
  },
  source: "net/netfilter/xt_dscp.c dscp_mt, dscp_mt6",
  normalise(args) {
    const { dscp: number, "dscp-class": named } = args;
    return number === undefined && named !== undefined ? { dscp: named } : args;
  },
  check: (args) => needsOneOf(args, "dscp", "dscp-class"),
  compile: ({ dscp: point }) => (point ? masked("tos", 0xfc, point.value << 2, point.negated) : malformedTest("dscp")),
});
