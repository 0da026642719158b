import { option } from "./codec.ts";
import { anyText } from "./codecs-match.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { needs } from "./given.ts";
import { always } from "./lower.ts";

export const comment: MatchExtension = defineMatch({
  name: "comment",
  options: { comment: option(anyText) },
  source: "net/netfilter/xt_comment.c comment_mt",
  check: (args) => needs(args, "comment"),
  compile: () => always(true),
});
