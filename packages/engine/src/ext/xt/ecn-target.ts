import type { Action } from "../../program/action.ts";
import { option } from "./codec.ts";
import { flag, integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given } from "./given.ts";

const NOT_ECN_BITS = 0xfc;
const ALL_BITS = 0xff;
/** Bits of the TCP flag byte. */
const ECE = 0x40;
const CWR = 0x80;

export const ecnTarget: TargetExtension = defineTarget({
  name: "ECN",
  families: ["ip"],
  options: {
    "ecn-tcp-remove": option(flag),
    "ecn-tcp-ece": option(integer(1)),
    "ecn-tcp-cwr": option(integer(1)),
    "ecn-ip-ect": option(integer(3)),
  },
  source: "net/ipv4/netfilter/ipt_ECN.c ecn_tg, set_ect_ip, set_ect_tcp",
  check: (args) => (Object.keys(args).length === 0 ? "an --ecn-… option must be given" : null),
  normalise(args) {
    // One bit each in the kernel: clearing both TCP flags has a name of its own only where nothing else is done.
    const zero = given(0);
    const tcp = args["ecn-tcp-remove"] ? { "ecn-tcp-ece": zero, "ecn-tcp-cwr": zero } : args;
    const { "ecn-tcp-ece": ece, "ecn-tcp-cwr": cwr } = tcp;
    const ect = args["ecn-ip-ect"];
    if (!ect && ece?.value === 0 && cwr?.value === 0) return { "ecn-tcp-remove": given(true) };
    return {
      ...(ece && { "ecn-tcp-ece": ece }),
      ...(cwr && { "ecn-tcp-cwr": cwr }),
      ...(ect && { "ecn-ip-ect": ect }),
    };
  },
  compile({ "ecn-tcp-remove": remove, "ecn-tcp-ece": ece, "ecn-tcp-cwr": cwr, "ecn-ip-ect": ect }) {
    const set = (ece?.value ?? 0) * ECE + (cwr?.value ?? 0) * CWR;
    const touched = remove ? ECE + CWR : (ece ? ECE : 0) + (cwr ? CWR : 0);
    const tcp: Action = { kind: "set-tcp-flags", keep: ALL_BITS - touched, flip: set };
    if (!ect) return tcp;
    const ip: Action = { kind: "set-tos", keep: NOT_ECN_BITS, flip: ect.value };
    return touched === 0 ? ip : { kind: "sequence", actions: [ip, tcp] };
  },
});
