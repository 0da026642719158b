import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { hostMask } from "./codecs-match.ts";
import { flag, hexInteger, integer, wordOf } from "./codecs-target.ts";
import { given, needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

/** One policy element. A rule with several (`--next`) is kept verbatim. */
export const policy: MatchExtension = defineUnanswerable({
  name: "policy",
  options: {
    dir: option(wordOf(["in", "out"])),
    pol: option(wordOf(["none", "ipsec"])),
    strict: option(flag),
    reqid: option(integer(0xffff_ffff), { negatable: true }),
    spi: option(hexInteger(0xffff_ffff, 1), { negatable: true }),
    proto: option(wordOf(["ah", "esp", "ipcomp"]), { negatable: true }),
    mode: option(wordOf(["transport", "tunnel"]), { negatable: true }),
    "tunnel-dst": option(hostMask, { negatable: true }),
    "tunnel-src": option(hostMask, { negatable: true }),
  },
  source: "net/netfilter/xt_policy.c policy_mt",
  normalise: (args) => (args.pol || !args.dir ? args : { ...args, pol: given("ipsec") }),
  check(args) {
    const ends = args["tunnel-dst"] ?? args["tunnel-src"];
    if (ends && args.mode?.value !== "tunnel") return "--tunnel-src and --tunnel-dst need --mode tunnel";
    return needs(args, "dir");
  },
  why: "ipsec",
});
