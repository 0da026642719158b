import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { ALL_WIDE, wideRange } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, numberIn } from "./lower.ts";

export const esp: MatchExtension = defineMatch({
  name: "esp",
  options: { espspi: option(wideRange, { negatable: true, unprinted: ALL_WIDE }) },
  source: "net/netfilter/xt_esp.c esp_mt",
  compile: ({ espspi }) =>
    all({ kind: "l4-header", proto: [PROTO.esp], hotdrop: true, bytes: 8 }, espspi && numberIn("espSpi", espspi)),
});
