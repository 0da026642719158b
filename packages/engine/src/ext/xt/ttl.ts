import type { Family } from "../../base/address.ts";
import { option } from "./codec.ts";
import { integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needsOneOf } from "./given.ts";
import { numberIn, numberIs } from "./lower.ts";

const MAX = 255;

/** ttl and hl: the same byte, in IPv4 and in IPv6. */
function hopLimitMatch(name: "ttl" | "hl", family: Family): MatchExtension {
  const names = { eq: `${name}-eq`, lt: `${name}-lt`, gt: `${name}-gt` } as const;
  return defineMatch({
    name,
    families: [family],
    options: {
      [names.eq]: option(integer(MAX), { aliases: name === "ttl" ? ["ttl"] : [], negatable: true }),
      [names.lt]: option(integer(MAX)),
      [names.gt]: option(integer(MAX)),
    },
    source: "net/netfilter/xt_hl.c ttl_mt, hl_mt6",
    check: (args) => needsOneOf(args, names.eq, names.lt, names.gt),
    compile(args) {
      const { [names.eq]: eq, [names.lt]: lt, [names.gt]: gt } = args;
      if (eq) return numberIs("ttl", eq);
      if (lt) return numberIn("ttl", { negated: false, value: { from: 0, to: lt.value - 1 } });
      if (gt) return numberIn("ttl", { negated: false, value: { from: gt.value + 1, to: MAX } });
      return malformedTest(name);
    },
  });
}

export const ttl: MatchExtension = hopLimitMatch("ttl", "ip");
export const hl: MatchExtension = hopLimitMatch("hl", "ip6");
