import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { wideNumber } from "./codecs-match.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

export const quota: MatchExtension = defineUnanswerable({
  name: "quota",
  options: { quota: option(wideNumber, { negatable: true }) },
  source: "net/netfilter/xt_quota.c quota_mt",
  check: (args) => needs(args, "quota"),
  why: "rate",
});
