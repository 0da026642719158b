import type { Range } from "../../base/ranges.ts";
import { PROTO } from "../../program/protocol.ts";
import { option } from "./codec.ts";
import { rangeUpTo } from "./codecs.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, numberIn } from "./lower.ts";

/** RFC 6275 6.1, in the order of their numbers, with the short names that the tool takes. */
const TYPES = [
  "binding-refresh-request brr",
  "home-test-init hoti",
  "careof-test-init coti",
  "home-test hot",
  "careof-test cot",
  "binding-update bu",
  "binding-acknowledgement ba",
  "binding-error be",
];
const names = new Map(TYPES.flatMap((row, type) => row.split(" ").map((name) => [name, type] as const)));
const ALL_TYPES: Range = { from: 0, to: 255 };

export const mh: MatchExtension = defineMatch({
  name: "mh",
  families: ["ip6"],
  options: {
    "mh-type": option(rangeUpTo({ max: 255, names, ordered: true }), { negatable: true, unprinted: ALL_TYPES }),
  },
  source: "net/ipv6/netfilter/ip6t_mh.c mh_mt6",
  compile: ({ "mh-type": type }) =>
    all(
      { kind: "l4-header", proto: [PROTO.mobility], hotdrop: true, bytes: 6, first: PROTO.noNextHeader },
      type && numberIn("mhType", type),
    ),
});
