import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { ALL_WIDE, wideRange } from "./codecs.ts";
import { flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, extensionField, numberIn } from "./lower.ts";

const spi = option(wideRange, { negatable: true, unprinted: ALL_WIDE });

export const ah4: MatchExtension = defineMatch({
  name: "ah",
  families: ["ip"],
  options: { ahspi: spi },
  source: "net/ipv4/netfilter/ipt_ah.c ah_mt",
  compile: (args) =>
    all(
      { kind: "l4-header", proto: [PROTO.ah], hotdrop: true, bytes: 12 },
      args.ahspi && numberIn("ahSpi", args.ahspi),
    ),
});

/** The header's length in bytes as it is written in units of 4, less 2 (ipv6_authlen). */
function lengthUnits(bytes: number): number {
  return bytes / 4 - 2;
}

export const ah6: MatchExtension = defineMatch({
  name: "ah",
  families: ["ip6"],
  options: {
    ahspi: spi,
    ahlen: option(integer(0xffff_ffff), { negatable: true, unprinted: 0 }),
    ahres: option(flag),
  },
  source: "net/ipv6/netfilter/ip6t_ah.c ah_mt6",
  compile: ({ ahspi, ahlen, ahres }) =>
    all(
      { kind: "extension-header", type: PROTO.ah, negated: false },
      ahspi && extensionField({ type: PROTO.ah, offset: 4, bytes: 4 }, ahspi),
      ahlen && ahlen.value > 0
        ? extensionField({ type: PROTO.ah, offset: 1, bytes: 1 }, { ...ahlen, value: lengthUnits(ahlen.value) })
        : undefined,
      ahres && extensionField({ type: PROTO.ah, offset: 2, bytes: 2 }, { negated: false, value: 0 }),
    ),
});
