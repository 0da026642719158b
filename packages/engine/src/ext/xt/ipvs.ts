import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { hostMask } from "./codecs-match.ts";
import { flag, wordOf } from "./codecs-target.ts";
import { defineUnanswerable } from "./lower.ts";
import { protocolNumber } from "./protocol-number.ts";
import { port } from "./ports.ts";

export const ipvs: MatchExtension = defineUnanswerable({
  name: "ipvs",
  options: {
    ipvs: option(flag, { negatable: true }),
    // The tool takes `--vproto` and prints `--proto` (extensions/libxt_ipvs.c ipvs_mt_dump).
    proto: option(protocolNumber, { aliases: ["vproto"], negatable: true }),
    vaddr: option(hostMask, { negatable: true }),
    vport: option(port, { negatable: true }),
    vdir: option(wordOf(["ORIGINAL", "REPLY"])),
    vmethod: option(wordOf(["GATE", "IPIP", "MASQ"]), { negatable: true }),
    vportctl: option(port, { negatable: true }),
  },
  source: "net/netfilter/xt_ipvs.c ipvs_mt",
  check: (args) => (Object.keys(args).length > 0 ? null : "at least one option must be given"),
  why: "counter",
});
