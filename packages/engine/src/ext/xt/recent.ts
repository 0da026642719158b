import type { Family } from "../../base/address.ts";
import { allOnes } from "../../base/address.ts";
import { option } from "./codec.ts";
import { addressOf, bareText, flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { given, lastGiven, needsOneOf } from "./given.ts";
import { always, unanswerable } from "./lower.ts";

const NAME_BYTES = 199; // XT_RECENT_NAME_LEN less the final zero

function recent(family: Family): MatchExtension {
  const options = {
    set: option(flag, { negatable: true }),
    rcheck: option(flag, { negatable: true }),
    update: option(flag, { negatable: true }),
    remove: option(flag, { negatable: true }),
    seconds: option(integer(0xffff_ffff, 1)),
    reap: option(flag),
    hitcount: option(integer(0xffff_ffff)),
    rttl: option(flag),
    name: option(bareText(NAME_BYTES)),
    mask: option(addressOf(family)),
    rsource: option(flag),
    rdest: option(flag),
  };
  return defineMatch({
    name: "recent",
    families: [family],
    options,
    source: "net/netfilter/xt_recent.c recent_mt",
    /** The list, its mask and the side are always printed; of two sides the last one counts. */
    normalise(written) {
      const { rsource: _source, rdest: _destination, ...args } = written;
      const bySource = lastGiven(written, "rsource", "rdest") !== "rdest";
      return {
        ...args,
        name: args.name ?? given("DEFAULT"),
        mask: args.mask ?? given(allOnes(family)),
        ...(bySource ? { rsource: given(true) } : { rdest: given(true) }),
      };
    },
    check(args) {
      if (args.reap && !args.seconds) return "--reap needs --seconds";
      if (args.set && (args.seconds ?? args.hitcount)) return "--set takes neither --seconds nor --hitcount";
      return needsOneOf(args, "set", "rcheck", "update", "remove");
    },
    /** Setting finds its entry, or makes it; all else asks what no dump holds. */
    compile: (args) => (args.set ? always(!args.set.negated) : unanswerable("recent", options, args, "counter")),
  });
}

export const recent4: MatchExtension = recent("ip");
export const recent6: MatchExtension = recent("ip6");
