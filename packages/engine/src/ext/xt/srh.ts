import { lengthOfMask } from "../../base/address.ts";
import { single } from "../../base/ranges.ts";
import type { Range } from "../../base/ranges.ts";
import { PROTO } from "../../program/protocol.ts";
import type { Test } from "../../program/test.ts";
import type { ArgsOf, Option } from "./codec.ts";
import { option } from "./codec.ts";
import type { HostMask } from "./codecs-match.ts";
import { networkOf, segmentMask } from "./codecs-match.ts";
import { integer } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, any, extensionField, unanswerable } from "./lower.ts";

const type = PROTO.routing;
const SEGMENT_ROUTING = 4; // IPV6_SRCRT_TYPE_4
const FIRST_SEGMENT = 8;

function byte(): Option<number> {
  return option(integer(255), { negatable: true });
}

function segment(): Option<HostMask> {
  return option(segmentMask, { negatable: true });
}

/** Segments whose place depends on "segments left": the one before and the one to come. */
const movingSegments = { "srh-psid": segment(), "srh-nsid": segment() };

const options = {
  "srh-next-hdr": byte(),
  "srh-hdr-len-eq": byte(),
  "srh-hdr-len-gt": byte(),
  "srh-hdr-len-lt": byte(),
  "srh-segs-left-eq": byte(),
  "srh-segs-left-gt": byte(),
  "srh-segs-left-lt": byte(),
  "srh-last-entry-eq": byte(),
  "srh-last-entry-gt": byte(),
  "srh-last-entry-lt": byte(),
  "srh-tag": option(integer(0xffff), { negatable: true }),
  ...movingSegments,
  "srh-lsid": segment(),
};

type SrhArgs = ArgsOf<typeof options>;

/** RFC 8754 2: where the numbers stand in the header. */
const NUMBERS = [
  ["srh-next-hdr", 0, 1],
  ["srh-hdr-len-eq", 1, 1],
  ["srh-hdr-len-gt", 1, 1],
  ["srh-hdr-len-lt", 1, 1],
  ["srh-segs-left-eq", 3, 1],
  ["srh-segs-left-gt", 3, 1],
  ["srh-segs-left-lt", 3, 1],
  ["srh-last-entry-eq", 4, 1],
  ["srh-last-entry-gt", 4, 1],
  ["srh-last-entry-lt", 4, 1],
  ["srh-tag", 6, 2],
] as const;

function rangeOf(name: string, value: number): Range {
  if (name.endsWith("-gt")) return { from: value + 1, to: 0xff };
  return name.endsWith("-lt") ? { from: 0, to: value - 1 } : single(value);
}

function numberTests(args: SrhArgs): readonly Test[] {
  return NUMBERS.flatMap(([name, offset, bytes]) => {
    const arg = args[name];
    if (arg === undefined) return [];
    return extensionField({ type, offset, bytes }, { negated: arg.negated, value: rangeOf(name, arg.value) });
  });
}

/** The last segment stands first. */
function lastSegment({ negated, value }: { readonly negated: boolean; readonly value: HostMask }): Test {
  const net = networkOf(value);
  const tests = [96n, 64n, 32n, 0n].map((shift, index) => {
    const word = (address: HostMask["address"]): number => Number((BigInt(address) >> shift) & 0xffff_ffffn);
    const field = { type, offset: FIRST_SEGMENT + 4 * index, bytes: 4, mask: word(net.mask) } as const;
    return extensionField(field, { negated: false, value: word(net.value) });
  });
  return negated ? { kind: "not", test: all(...tests) } : all(...tests);
}

/** A header with more segments left than it has is no match. */
const leftIsInList: Test = any(
  ...Array.from({ length: 256 }, (_, left) =>
    all(
      extensionField({ type, offset: 3, bytes: 1 }, { negated: false, value: left }),
      extensionField({ type, offset: 4, bytes: 1 }, { negated: false, value: { from: left, to: 0xff } }),
    ),
  ),
);

export const srh: MatchExtension = defineMatch({
  name: "srh",
  families: ["ip6"],
  options,
  source: "net/ipv6/netfilter/ip6t_srh.c srh1_mt6",
  check({ "srh-psid": psid, "srh-nsid": nsid, "srh-lsid": lsid }) {
    const odd = [psid, nsid, lsid].some((arg) => arg !== undefined && lengthOfMask(arg.value.mask) === null);
    return odd ? "the mask of a segment must be a prefix length" : null;
  },
  compile(args) {
    const moves = args["srh-psid"] ?? args["srh-nsid"];
    return all(
      extensionField({ type, offset: 2, bytes: 1 }, { negated: false, value: SEGMENT_ROUTING }),
      leftIsInList,
      ...numberTests(args),
      args["srh-lsid"] && lastSegment(args["srh-lsid"]),
      moves && unanswerable("srh", movingSegments, args, "extension"),
    );
  },
});
