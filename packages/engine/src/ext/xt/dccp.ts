import { single } from "../../base/ranges.ts";
import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { anyPortRange } from "./codecs.ts";
import { listOf } from "./codecs-match.ts";
import { integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, numberIn, unanswerable } from "./lower.ts";

/** In the order of their numbers (RFC 4340 5.1). */
const TYPES = [
  "REQUEST",
  "RESPONSE",
  "DATA",
  "ACK",
  "DATAACK",
  "CLOSEREQ",
  "CLOSE",
  "RESET",
  "SYNC",
  "SYNCACK",
  "INVALID",
] as const;

const optionNumber = { "dccp-option": option(integer(255, 1), { negatable: true }) };

export const dccp: MatchExtension = defineMatch({
  name: "dccp",
  options: {
    sport: option(anyPortRange, { aliases: ["source-port"], negatable: true }),
    dport: option(anyPortRange, { aliases: ["destination-port"], negatable: true }),
    "dccp-types": option(listOf(TYPES), { negatable: true }),
    ...optionNumber,
  },
  source: "net/netfilter/xt_dccp.c dccp_mt",
  compile(args) {
    const types = args["dccp-types"];
    const number = args["dccp-option"];
    return all(
      { kind: "l4-header", proto: [PROTO.dccp], hotdrop: true, bytes: 12 },
      args.sport && numberIn("sport", args.sport),
      args.dport && numberIn("dport", args.dport),
      types &&
        numberIn("dccpType", {
          negated: types.negated,
          value: types.value.map((type) => single(TYPES.indexOf(type))),
        }),
      number && unanswerable("dccp", optionNumber, { "dccp-option": number }, "extension"),
    );
  },
});
