import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { wideRange } from "./codecs.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, numberIn } from "./lower.ts";

/**
 * Without `--ipcompspi` iptables loads the range 0:0 and prints `--ipcompspi 0`, and it prints nothing for the range of all:
 * so in what it printed a missing option means all.
 */
export const ipcomp: MatchExtension = defineMatch({
  name: "ipcomp",
  options: { ipcompspi: option(wideRange, { negatable: true }), compres: option(flag) },
  source: "net/netfilter/xt_ipcomp.c comp_mt, which does not look at --compres",
  compile: ({ ipcompspi }) =>
    all(
      { kind: "l4-header", proto: [PROTO.ipcomp], hotdrop: true, bytes: 4 },
      ipcompspi && numberIn("ipcompCpi", ipcompspi),
    ),
});
