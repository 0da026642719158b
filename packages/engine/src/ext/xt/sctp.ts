import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { portRange } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, numberIn, unanswerable } from "./lower.ts";
import { chunkTypes } from "./sctp-chunks.ts";

const chunks = { "chunk-types": option(chunkTypes, { negatable: true }) };

export const sctp: MatchExtension = defineMatch({
  name: "sctp",
  options: {
    sport: option(portRange, { aliases: ["source-port"], negatable: true }),
    dport: option(portRange, { aliases: ["destination-port"], negatable: true }),
    ...chunks,
  },
  source: "net/netfilter/xt_sctp.c sctp_mt",
  compile: (args) =>
    all(
      { kind: "l4-header", proto: [PROTO.sctp], hotdrop: true, bytes: 12 },
      args.sport && numberIn("sport", args.sport),
      args.dport && numberIn("dport", args.dport),
      args["chunk-types"] && unanswerable("sctp", chunks, { "chunk-types": args["chunk-types"] }, "extension"),
    ),
});
