import { option } from "./codec.ts";
import { natPorts } from "./codecs-nat.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { natAction } from "./nat.ts";

export const masqueradeTarget: TargetExtension = defineTarget({
  name: "MASQUERADE",
  options: {
    "to-ports": option(natPorts(false)),
    random: option(flag),
    "random-fully": option(flag),
  },
  source: "net/netfilter/nf_nat_masquerade.c nf_nat_masquerade_ipv4; nf_ct_netns_get in xt_MASQUERADE.c",
  needsConntrack: true,
  compile: (args) => natAction("masquerade", { ports: args["to-ports"]?.value ?? null }, args),
});
