import type { MatchExtension } from "./define.ts";
import { option } from "./codec.ts";
import { integer } from "./codecs-target.ts";
import { needs } from "./given.ts";
import { defineUnanswerable } from "./lower.ts";

export const cpu: MatchExtension = defineUnanswerable({
  name: "cpu",
  options: { cpu: option(integer(0xffff_ffff), { negatable: true }) },
  source: "net/netfilter/xt_cpu.c cpu_mt",
  check: (args) => needs(args, "cpu"),
  why: "cpu",
});
