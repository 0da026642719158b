import { option } from "./codec.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";

export const rpfilter: MatchExtension = defineMatch({
  name: "rpfilter",
  options: {
    loose: option(flag),
    validmark: option(flag),
    "accept-local": option(flag),
    invert: option(flag),
  },
  source: "net/ipv4/netfilter/ipt_rpfilter.c rpfilter_mt, net/ipv6/netfilter/ip6t_rpfilter.c rpfilter_mt",
  compile: (args) => ({
    kind: "rpfilter",
    loose: args.loose !== undefined,
    validMark: args.validmark !== undefined,
    acceptLocal: args["accept-local"] !== undefined,
    negated: args.invert !== undefined,
  }),
});
