import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { flag, integer, wordOf } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given } from "./given.ts";

const MAX_NODES = 16; // CLUSTERIP_MAX_NODES, include/uapi/linux/netfilter_ipv4/ipt_CLUSTERIP.h

const multicastMac: Codec<string> = {
  words: 1,
  parse(text) {
    if (!/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text)) return undefined;
    return (Number.parseInt(text.slice(0, 2), 16) & 1) === 1 ? text.toUpperCase() : undefined;
  },
  print: (mac) => mac,
};

export const clusteripTarget: TargetExtension = defineTarget({
  name: "CLUSTERIP",
  families: ["ip"],
  options: {
    new: option(flag),
    hashmode: option(wordOf(["sourceip", "sourceip-sourceport", "sourceip-sourceport-destport"])),
    clustermac: option(multicastMac),
    "total-nodes": option(integer(MAX_NODES, 1)),
    "local-node": option(integer(MAX_NODES, 1)),
    "hash-init": option(integer(0xffff_ffff)),
  },
  source: "net/ipv4/netfilter/ipt_CLUSTERIP.c clusterip_tg, until Linux 6.6; nf_ct_netns_get in clusterip_tg_check",
  needsConntrack: true,
  normalise: (args) => (args.new ? { ...args, "hash-init": args["hash-init"] ?? given(0) } : args),
  // Which nodes answer for the cluster stands in /proc/net/ipt_CLUSTERIP, which no dump holds.
  compile: () => ({ kind: "unknown", what: "CLUSTERIP", why: "object" }),
});
