import type { Family } from "../../base/address.ts";
import { option } from "./codec.ts";
import { addressOf, bareText } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { malformed, needs } from "./given.ts";

const MAX_DEVICE_NAME = 15;

/** TEE of one family: a copy goes to a gateway of the same family. */
export function teeTarget(family: Family): TargetExtension {
  return defineTarget({
    name: "TEE",
    families: [family],
    options: { gateway: option(addressOf(family)), oif: option(bareText(MAX_DEVICE_NAME)) },
    source: "net/netfilter/xt_TEE.c tee_tg4, tee_tg6; net/ipv4/netfilter/nf_dup_ipv4.c nf_dup_ipv4",
    check: (args) => needs(args, "gateway"),
    compile: ({ gateway }) => (gateway ? { kind: "copy", to: gateway.value } : malformed("TEE")),
  });
}
