import type { Address, Family } from "../../base/address.ts";
import type { Target } from "../../model/ruleset.ts";
import { option } from "./codec.ts";
import { natRange } from "./codecs-nat.ts";
import type { NatRange } from "./codecs-nat.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, malformed, needs } from "./given.ts";
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

/** `-j DNAT --to-destination ADDRESS:PORT`: what its words mean, for those who write it by the hundred thousand. */
export function dnatTo(address: Address, port: number): Target {
  const range: NatRange = {
    addresses: { from: address, to: address },
    ports: { from: port, to: port, base: null },
  };
  return { kind: "target", name: "DNAT", args: { "to-destination": given(range) } };
}
