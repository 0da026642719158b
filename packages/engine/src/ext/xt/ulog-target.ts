import { option } from "./codec.ts";
import { integer, quotedText } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

const MAX_PREFIX = 31; // ULOG_PREFIX_LEN, include/uapi/linux/netfilter_ipv4/ipt_ULOG.h

export const ulogTarget: TargetExtension = defineTarget({
  name: "ULOG",
  families: ["ip"],
  options: {
    "ulog-prefix": option(quotedText(MAX_PREFIX)),
    "ulog-nlgroup": option(integer(32, 1), { unprinted: 1 }),
    "ulog-cprange": option(integer(0xffff_ffff), { unprinted: 0 }),
    "ulog-qthreshold": option(integer(50, 1), { unprinted: 1 }),
  },
  source: "net/ipv4/netfilter/ipt_ULOG.c ulog_tg, until Linux 3.16",
  compile: () => ({ kind: "log" }),
});
