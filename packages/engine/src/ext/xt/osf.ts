import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { bareText, integer } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

const GENRE_BYTES = 31; // MAXGENRELEN less the final zero

export const osf: MatchExtension = defineUnanswerable({
  name: "osf",
  families: ["ip"],
  options: {
    genre: option(bareText(GENRE_BYTES), { negatable: true }),
    ttl: option(integer(2)),
    log: option(integer(2)),
  },
  source: "net/netfilter/xt_osf.c xt_osf_match_packet: fingerprints that a program loaded",
  check: (args) => needs(args, "genre"),
  why: "object",
});
