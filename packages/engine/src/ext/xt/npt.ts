import { option } from "./codec.ts";
import { network } from "./codecs-nat.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

/** SNPT and DNPT differ only in the address that they rewrite. */
export function nptTarget(name: "SNPT" | "DNPT"): TargetExtension {
  return defineTarget({
    name,
    families: ["ip6"],
    options: {
      "src-pfx": option(network("ip6")),
      "dst-pfx": option(network("ip6")),
    },
    source: "net/ipv6/netfilter/ip6t_NPT.c ip6t_snpt_tg, ip6t_dnpt_tg",
    check: (args) => needs(args, "src-pfx", "dst-pfx"),
    // The walk has no stateless rewriting of addresses: what follows is not known.
    compile: () => ({ kind: "unknown", what: name, why: "extension" }),
  });
}
