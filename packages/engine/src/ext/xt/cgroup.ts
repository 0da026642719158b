import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { integer, quotedText } from "./codecs-target.ts";
import { needsOneOf } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

const PATH_BYTES = 511; // XT_CGROUP_PATH_MAX less the final zero

export const cgroup: MatchExtension = defineUnanswerable({
  name: "cgroup",
  options: {
    path: option(quotedText(PATH_BYTES), { negatable: true }),
    cgroup: option(integer(0xffff_ffff), { negatable: true }),
  },
  source: "net/netfilter/xt_cgroup.c cgroup_mt_v2: the cgroup of the packet's socket",
  check: (args) => needsOneOf(args, "path", "cgroup"),
  why: "socket",
});
