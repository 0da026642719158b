import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { hexInteger } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { dscpClasses } from "./dscp-classes.ts";
import { malformed, needsOneOf } from "./given.ts";

const ECN_BITS = 0x03;

const dscp = hexInteger(0x3f, 2);
const dscpClass: Codec<number> = { ...dscp, parse: (text) => dscpClasses.get(text.toUpperCase()) };

export const dscpTarget: TargetExtension = defineTarget({
  name: "DSCP",
  options: { "set-dscp": option(dscp), "set-dscp-class": option(dscpClass) },
  source: "net/netfilter/xt_DSCP.c dscp_tg, dscp_tg6",
  check: (args) => needsOneOf(args, "set-dscp", "set-dscp-class"),
  normalise: (args) => (args["set-dscp-class"] ? { "set-dscp": args["set-dscp-class"] } : args),
  compile: ({ "set-dscp": set }) =>
    set ? { kind: "set-tos", keep: ECN_BITS, flip: set.value << 2 } : malformed("DSCP"),
});
