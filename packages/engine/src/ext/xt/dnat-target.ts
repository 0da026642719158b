import type { Family } from "../../base/address.ts";
import { option } from "./codec.ts";
import { natRange } from "./codecs-nat.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { malformed, needs } from "./given.ts";
import { natAction } from "./nat.ts";

/** DNAT of one family: an address is written differently in each. */
export function dnatTarget(family: Family): TargetExtension {
  return defineTarget({
    name: "DNAT",
    families: [family],
    options: {
      "to-destination": option(natRange(family, true)),
      random: option(flag),
      persistent: option(flag),
    },
    source: "net/netfilter/xt_nat.c xt_dnat_target_v2; nf_ct_netns_get in xt_nat_checkentry",
    needsConntrack: true,
    check: (args) => needs(args, "to-destination"),
    compile: (args) => {
      const range = args["to-destination"]?.value;
      return range ? natAction("dnat", range, args) : malformed("DNAT");
    },
  });
}
