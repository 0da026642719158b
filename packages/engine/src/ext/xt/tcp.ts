import { portRange, tcpFlags, tcpOption } from "./codecs.ts";
import { option } from "./codec.ts";
import { defineMatch } from "./define.ts";
import { all, masked, numberIn } from "./lower.ts";

const TCP = 6;

export const tcp = defineMatch({
  name: "tcp",
  options: {
    sport: option(portRange, { aliases: ["source-port"], negatable: true }),
    dport: option(portRange, { aliases: ["destination-port"], negatable: true }),
    "tcp-option": option(tcpOption, { negatable: true }),
    "tcp-flags": option(tcpFlags, { negatable: true }),
  },
  source: "net/netfilter/xt_tcpudp.c tcp_mt",
  compile: (args) =>
    all(
      { kind: "l4-header", proto: [TCP], hotdrop: true },
      args.sport && numberIn("sport", args.sport),
      args.dport && numberIn("dport", args.dport),
      args["tcp-flags"] &&
        masked("tcpFlags", args["tcp-flags"].value.mask, args["tcp-flags"].value.set, args["tcp-flags"].negated),
      args["tcp-option"] && { kind: "tcp-option", option: args["tcp-option"].value, negated: args["tcp-option"].negated },
    ),
});
