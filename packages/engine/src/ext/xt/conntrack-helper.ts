import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { optionalText } from "./codecs-match.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

const NAME_BYTES = 29; // struct xt_helper_info

export const helper: MatchExtension = defineUnanswerable({
  name: "helper",
  options: { helper: option(optionalText(NAME_BYTES), { negatable: true }) },
  source: "net/netfilter/xt_helper.c helper_mt: the helper of the connection that expected this one",
  needsConntrack: true,
  check: (args) => needs(args, "helper"),
  why: "counter",
});
