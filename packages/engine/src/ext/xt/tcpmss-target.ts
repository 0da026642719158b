import { option } from "./codec.ts";
import { flag, integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { lastGiven, malformed } from "./given.ts";

const MAX_MSS = 0xffff - 20;

export const tcpmssTarget: TargetExtension = defineTarget({
  name: "TCPMSS",
  options: { "clamp-mss-to-pmtu": option(flag), "set-mss": option(integer(MAX_MSS)) },
  source: "net/netfilter/xt_TCPMSS.c tcpmss_tg4, tcpmss_tg6",
  check: (args) =>
    lastGiven(args, "set-mss", "clamp-mss-to-pmtu") ? null : "--set-mss or --clamp-mss-to-pmtu must be given",
  // Both write the same field: the later one stays.
  normalise(args) {
    const { "set-mss": mss, "clamp-mss-to-pmtu": clamp } = args;
    const last = lastGiven(args, "set-mss", "clamp-mss-to-pmtu");
    return last === "set-mss" ? { ...(mss && { "set-mss": mss }) } : { ...(clamp && { "clamp-mss-to-pmtu": clamp }) };
  },
  compile({ "clamp-mss-to-pmtu": clamp, "set-mss": mss }) {
    if (clamp) return { kind: "tcpmss", mss: "pmtu" };
    return mss ? { kind: "tcpmss", mss: mss.value } : malformed("TCPMSS");
  },
});
