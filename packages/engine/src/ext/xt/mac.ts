import { option } from "./codec.ts";
import { macAddress } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needs } from "./given.ts";

export const mac: MatchExtension = defineMatch({
  name: "mac",
  options: { "mac-source": option(macAddress, { negatable: true }) },
  source: "net/netfilter/xt_mac.c mac_mt: without an Ethernet header no, negated or not",
  check: (args) => needs(args, "mac-source"),
  compile: ({ "mac-source": arg }) =>
    arg ? { kind: "mac", mac: arg.value, negated: arg.negated } : malformedTest("mac"),
});
