import type { Family } from "../../base/address.ts";
import { option } from "./codec.ts";
import { network, rangeOf } from "./codecs-nat.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { malformed, needs } from "./given.ts";
import { natAction } from "./nat.ts";

/** NETMAP of one family: the host part of the address stays, the network is exchanged. */
export function netmapTarget(family: Family): TargetExtension {
  return defineTarget({
    name: "NETMAP",
    families: [family],
    options: { to: option(network(family)) },
    source: "net/netfilter/xt_NETMAP.c netmap_tg4, netmap_tg6; nf_ct_netns_get in netmap_tg4_check",
    needsConntrack: true,
    check: (args) => needs(args, "to"),
    compile: ({ to }) => (to ? natAction("netmap", { addresses: rangeOf(to.value) }, {}) : malformed("NETMAP")),
  });
}
