import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, masked } from "./lower.ts";

const ECE = 0x40;
const CWR = 0x80;

export const ecn: MatchExtension = defineMatch({
  name: "ecn",
  options: {
    "ecn-tcp-ece": option(flag, { negatable: true }),
    "ecn-tcp-cwr": option(flag, { negatable: true }),
    "ecn-ip-ect": option(integer(3), { negatable: true }),
  },
  source: "net/netfilter/xt_ecn.c ecn_mt4, match_ip, match_tcp",
  check: (args) => (Object.keys(args).length > 0 ? null : "some option must be given"),
  compile(args) {
    const { "ecn-tcp-ece": ece, "ecn-tcp-cwr": cwr, "ecn-ip-ect": ect } = args;
    const readsTcp = ece !== undefined || cwr !== undefined;
    return all(
      ect && masked("tos", 3, ect.value, ect.negated),
      readsTcp ? { kind: "l4-header", proto: [PROTO.tcp], hotdrop: false, bytes: 20 } : undefined,
      ece && masked("tcpFlags", ECE, ece.negated ? 0 : ECE, false),
      cwr && masked("tcpFlags", CWR, cwr.negated ? 0 : CWR, false),
    );
  },
});
