import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { bareText } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

const NAME_BYTES = 31; // NFACCT_NAME_MAX less the final zero

export const nfacct: MatchExtension = defineUnanswerable({
  name: "nfacct",
  options: { "nfacct-name": option(bareText(NAME_BYTES)) },
  source: "net/netfilter/xt_nfacct.c nfacct_mt: does the object have a quota, and is it used up?",
  check: (args) => needs(args, "nfacct-name"),
  why: "object",
});
