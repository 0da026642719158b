import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { rangeUpTo } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";
import { all, not, numberIn } from "./lower.ts";

export const tcpmss: MatchExtension = defineMatch({
  name: "tcpmss",
  options: { mss: option(rangeUpTo({ max: 0xffff, ordered: true }), { negatable: true }) },
  source: "net/netfilter/xt_tcpmss.c tcpmss_mt: a segment without the option has no MSS in any range",
  check: (args) => needs(args, "mss"),
  compile({ mss }) {
    if (mss === undefined) return malformedTest("tcpmss");
    const inRange = numberIn("tcpMss", { negated: false, value: mss.value });
    const header = { kind: "l4-header", proto: [PROTO.tcp], hotdrop: true, bytes: 20 } as const;
    return all(header, mss.negated ? not(inRange) : inRange);
  },
});
