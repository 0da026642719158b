import { option } from "./codec.ts";
import { integer, quotedText } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { notBoth } from "./given.ts";

/** The longest that either backend keeps: iptables-nft 127 (NF_LOG_PREFIXLEN), legacy 63. */
const MAX_PREFIX = 127;

export const nflogTarget: TargetExtension = defineTarget({
  name: "NFLOG",
  options: {
    "nflog-prefix": option(quotedText(MAX_PREFIX)),
    "nflog-group": option(integer(0xffff), { unprinted: 0 }),
    "nflog-range": option(integer(0xffff_ffff), { unprinted: 0 }),
    "nflog-size": option(integer(0xffff_ffff)),
    "nflog-threshold": option(integer(0xffff), { unprinted: 0 }),
  },
  source: "net/netfilter/xt_NFLOG.c nflog_tg",
  check: (args) => notBoth(args, "nflog-size", "nflog-range"),
  compile: () => ({ kind: "log" }),
});
