import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { ALL_PORTS, anyPortRange } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all } from "./lower.ts";
import { portTest } from "./ports.ts";

export const udp: MatchExtension = defineMatch({
  name: "udp",
  options: {
    sport: option(anyPortRange, { aliases: ["source-port"], negatable: true, unprinted: ALL_PORTS }),
    dport: option(anyPortRange, { aliases: ["destination-port"], negatable: true, unprinted: ALL_PORTS }),
  },
  source: "net/netfilter/xt_tcpudp.c udp_mt; natively in iptables-nft (iptables/nft.c add_nft_udp)",
  compile(args, { backend }) {
    const native = backend === "nft" && (args.sport !== undefined || args.dport !== undefined);
    return all(
      native ? undefined : { kind: "l4-header", proto: [PROTO.udp], hotdrop: true, bytes: 8 },
      portTest("sport", args.sport, native),
      portTest("dport", args.dport, native),
    );
  },
});
