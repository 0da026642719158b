import type { Family } from "../../base/address.ts";
import { option } from "./codec.ts";
import { natRange } from "./codecs-nat.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { malformed, needs } from "./given.ts";
import { natAction } from "./nat.ts";

/** SNAT of one family: an address is written differently in each. */
export function snatTarget(family: Family): TargetExtension {
  return defineTarget({
    name: "SNAT",
    families: [family],
    options: {
      "to-source": option(natRange(family, false)),
      random: option(flag),
      "random-fully": option(flag),
      persistent: option(flag),
    },
    source: "net/netfilter/xt_nat.c xt_snat_target_v1; nf_ct_netns_get in xt_nat_checkentry",
    needsConntrack: true,
    check: (args) => needs(args, "to-source"),
    compile: (args) => {
      const range = args["to-source"]?.value;
      return range ? natAction("snat", range, args) : malformed("SNAT");
    },
  });
}
