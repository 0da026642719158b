import type { LoweringContext } from "../../program/test.ts";
import { PROTO } from "../../program/protocol.ts";
import type { ArgsOf } from "./codec.ts";
import { option } from "./codec.ts";
import { ALL_PORTS, portRange, SYN_ONLY, tcpFlags } from "./codecs.ts";
import { flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, masked } from "./lower.ts";
import { portTest } from "./ports.ts";

const options = {
  sport: option(portRange, { aliases: ["source-port"], negatable: true, unprinted: ALL_PORTS }),
  dport: option(portRange, { aliases: ["destination-port"], negatable: true, unprinted: ALL_PORTS }),
  "tcp-option": option(integer(255, 1), { negatable: true }),
  "tcp-flags": option(tcpFlags, { negatable: true, unprinted: { mask: 0, set: 0 } }),
  syn: option(flag, { negatable: true }),
};

/**
 * iptables-nft writes ports and flags as native expressions, which do not match where the bytes are missing but do not drop
 * either, and which read whatever stands there in a later fragment (iptables/nft.c add_nft_tcp). With an option number, or
 * with nothing to compare, it falls back on the kernel's xt_tcpudp.
 */
function isNative(args: ArgsOf<typeof options>, { backend }: LoweringContext): boolean {
  if (backend !== "nft" || args["tcp-option"]) return false;
  return [args.sport, args.dport, args["tcp-flags"]].some((arg) => arg !== undefined);
}

export const tcp: MatchExtension = defineMatch({
  name: "tcp",
  options,
  source: "net/netfilter/xt_tcpudp.c tcp_mt",
  normalise(written) {
    if (written.syn === undefined) return written;
    const { syn, ...args } = written;
    return { ...args, "tcp-flags": { negated: syn.negated, value: SYN_ONLY } };
  },
  compile(args, context) {
    const native = isNative(args, context);
    const flags = args["tcp-flags"];
    const present = args["tcp-option"];
    return all(
      native ? undefined : { kind: "l4-header", proto: [PROTO.tcp], hotdrop: true },
      portTest("sport", args.sport, native),
      portTest("dport", args.dport, native),
      flags && masked(native ? "payloadTcpFlags" : "tcpFlags", flags.value.mask, flags.value.set, flags.negated),
      present && { kind: "tcp-option", option: present.value, negated: present.negated },
    );
  },
});
