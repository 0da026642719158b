import { option } from "./codec.ts";
import { natPorts } from "./codecs-nat.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { natAction } from "./nat.ts";

export const redirectTarget: TargetExtension = defineTarget({
  name: "REDIRECT",
  options: {
    "to-ports": option(natPorts(true)),
    random: option(flag),
  },
  source: "net/netfilter/nf_nat_redirect.c nf_nat_redirect_ipv4; nf_ct_netns_get in xt_REDIRECT.c redirect_tg4_check",
  needsConntrack: true,
  check: (args) => ((args["to-ports"]?.value.base ?? null) === null ? null : "--to-ports takes no shifted range"),
  compile: (args) => natAction("redirect", { ports: args["to-ports"]?.value ?? null }, args),
});
