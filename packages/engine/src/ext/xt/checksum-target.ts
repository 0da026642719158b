import { option } from "./codec.ts";
import { flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

export const checksumTarget: TargetExtension = defineTarget({
  name: "CHECKSUM",
  options: { "checksum-fill": option(flag) },
  source: "net/netfilter/xt_CHECKSUM.c checksum_tg",
  check: (args) => needs(args, "checksum-fill"),
  compile: () => ({ kind: "mangle", what: "fills in the checksum" }),
});
