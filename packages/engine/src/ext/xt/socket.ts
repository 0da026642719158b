import { option } from "./codec.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";

export const socket: MatchExtension = defineMatch({
  name: "socket",
  options: { transparent: option(flag), nowildcard: option(flag), "restore-skmark": option(flag) },
  source: "net/netfilter/xt_socket.c socket_match; socket_mt_enable_defrag turns on defragmentation, not conntrack",
  needsDefrag: true,
  compile: (args) => ({
    kind: "socket",
    transparent: args.transparent !== undefined,
    nowildcard: args.nowildcard !== undefined,
    restoreMark: args["restore-skmark"] !== undefined,
  }),
});
