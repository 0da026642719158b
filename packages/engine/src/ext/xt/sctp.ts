import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { portRange } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, numberIn } from "./lower.ts";
import { chunksTest, chunkTypes } from "./sctp-chunks.ts";

export const sctp: MatchExtension = defineMatch({
  name: "sctp",
  options: {
    sport: option(portRange, { aliases: ["source-port"], negatable: true }),
    dport: option(portRange, { aliases: ["destination-port"], negatable: true }),
    "chunk-types": option(chunkTypes, { negatable: true }),
  },
  source: "net/netfilter/xt_sctp.c sctp_mt",
  compile: (args) =>
    all(
      { kind: "l4-header", proto: [PROTO.sctp], hotdrop: true, bytes: 12 },
      args.sport && numberIn("sport", args.sport),
      args.dport && numberIn("dport", args.dport),
      args["chunk-types"] && chunksTest(args["chunk-types"]),
    ),
});
