import { option } from "./codec.ts";
import { flag, integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

export const synproxyTarget: TargetExtension = defineTarget({
  name: "SYNPROXY",
  options: {
    "sack-perm": option(flag),
    timestamp: option(flag),
    wscale: option(integer(0xff)),
    mss: option(integer(0xffff)),
    ecn: option(flag),
  },
  source: "net/ipv4/netfilter/ipt_SYNPROXY.c synproxy_tg4; nf_ct_netns_get in synproxy_tg4_check",
  needsConntrack: true,
  // A SYN is answered by the kernel itself, and whether an ACK goes on depends on the cookie in it.
  compile: () => ({ kind: "unknown", what: "SYNPROXY", why: "extension" }),
});
