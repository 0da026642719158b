import { PROTO } from "../../program/protocol.ts";
import type { Test } from "../../program/test.ts";
import { option } from "./codec.ts";
import { ALL_WIDE, wideRange } from "./codecs.ts";
import { flag, integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, extensionField } from "./lower.ts";

const type = PROTO.fragment;
const RESERVED_BITS = 0x6;
const MORE = 0x1;
const OFFSET_BITS = 0xfff8;

/** Bits of the 16 that hold the offset and the more flag. */
function offsetBits(mask: number, value: number): Test {
  return extensionField({ type, offset: 2, bytes: 2, mask }, { negated: false, value });
}

export const frag: MatchExtension = defineMatch({
  name: "frag",
  families: ["ip6"],
  options: {
    fragid: option(wideRange, { negatable: true, unprinted: ALL_WIDE }),
    fraglen: option(integer(0xffff_ffff), { negatable: true }),
    fragres: option(flag),
    fragfirst: option(flag),
    fragmore: option(flag),
    fraglast: option(flag),
  },
  source: "net/ipv6/netfilter/ip6t_frag.c frag_mt6, which does not look at --fraglen: the header has one length",
  check: (args) => (args.fragmore && args.fraglast ? "--fragmore and --fraglast exclude each other" : null),
  compile: ({ fragid, fragres, fragfirst, fragmore, fraglast }) =>
    all(
      { kind: "extension-header", type, negated: false },
      fragid && extensionField({ type, offset: 4, bytes: 4 }, fragid),
      fragres && extensionField({ type, offset: 1, bytes: 1 }, { negated: false, value: 0 }),
      fragres && offsetBits(RESERVED_BITS, 0),
      fragfirst && offsetBits(OFFSET_BITS, 0),
      fragmore && offsetBits(MORE, MORE),
      fraglast && offsetBits(MORE, 0),
    ),
});
