import type { Family } from "../../base/address.ts";
import { option } from "./codec.ts";
import { integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { malformed, needsOneOf } from "./given.ts";

/** TTL and HL: the same byte, in IPv4 and in IPv6. Increments stop at 255, decrements at 0. */
export function hopLimitTarget(name: "TTL" | "HL", family: Family): TargetExtension {
  const prefix = name === "TTL" ? "ttl" : "hl";
  const names = { set: `${prefix}-set`, dec: `${prefix}-dec`, inc: `${prefix}-inc` } as const;
  return defineTarget({
    name,
    families: [family],
    options: {
      [names.set]: option(integer(255)),
      [names.dec]: option(integer(255, 1)),
      [names.inc]: option(integer(255, 1)),
    },
    source: "net/netfilter/xt_HL.c ttl_tg, hl_tg6",
    check: (args) => needsOneOf(args, names.set, names.dec, names.inc),
    compile(args) {
      for (const op of ["set", "dec", "inc"] as const) {
        const arg = args[names[op]];
        if (arg) return { kind: "ttl", op, value: arg.value };
      }
      return malformed(name);
    },
  });
}
