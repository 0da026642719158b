import type { Family } from "../../base/address.ts";
import { allOnes, bitsOf } from "../../base/address.ts";
import { option } from "./codec.ts";
import { flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { given, needsOneOf } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

function connlimit(family: Family): MatchExtension {
  const wholeAddress = bitsOf(allOnes(family));
  return defineUnanswerable({
    name: "connlimit",
    families: [family],
    options: {
      "connlimit-upto": option(integer(0xffff_ffff), { negatable: true }),
      "connlimit-above": option(integer(0xffff_ffff), { negatable: true }),
      "connlimit-mask": option(integer(0xff)),
      "connlimit-saddr": option(flag),
      "connlimit-daddr": option(flag),
    },
    source: "net/netfilter/xt_connlimit.c connlimit_mt, connlimit_mt_check",
    needsConntrack: true,
    /** `! --connlimit-above 2` is `--connlimit-upto 2`; the mask and the side are always printed. */
    normalise({ "connlimit-upto": upto, "connlimit-above": above, ...args }) {
      const limit = upto ?? above;
      const isAbove = limit !== undefined && (upto === undefined) !== limit.negated;
      return {
        ...(limit && { [isAbove ? "connlimit-above" : "connlimit-upto"]: given(limit.value) }),
        "connlimit-mask": given(Math.min(args["connlimit-mask"]?.value ?? wholeAddress, wholeAddress)),
        ...(args["connlimit-daddr"] ? { "connlimit-daddr": given(true) } : { "connlimit-saddr": given(true) }),
      };
    },
    check: (args) => needsOneOf(args, "connlimit-upto", "connlimit-above"),
    why: "counter",
  });
}

export const connlimit4: MatchExtension = connlimit("ip");
export const connlimit6: MatchExtension = connlimit("ip6");
