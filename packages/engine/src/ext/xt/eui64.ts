import type { MatchExtension } from "./define.ts";
import { defineUnanswerable } from "./lower.ts";

export const eui64: MatchExtension = defineUnanswerable({
  name: "eui64",
  families: ["ip6"],
  options: {},
  source: "net/ipv6/netfilter/ip6t_eui64.c eui64_mt6: the source address against the source MAC",
  why: "extension",
});
