import { option } from "./codec.ts";
import { flag, integer, named, quotedText } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";

const MAX_PREFIX = 29;

const WARNING = 4;

const LEVELS: ReadonlyMap<string, number> = new Map([
  ["emerg", 0],
  ["panic", 0],
  ["alert", 1],
  ["crit", 2],
  ["error", 3],
  ["warning", WARNING],
  ["notice", 5],
  ["info", 6],
  ["debug", 7],
]);

export const logTarget: TargetExtension = defineTarget({
  name: "LOG",
  options: {
    "log-prefix": option(quotedText(MAX_PREFIX)),
    "log-level": option(named(LEVELS, integer(7)), { unprinted: WARNING }),
    "log-tcp-sequence": option(flag),
    "log-tcp-options": option(flag),
    "log-ip-options": option(flag),
    "log-uid": option(flag),
    "log-macdecode": option(flag),
  },
  source: "net/netfilter/xt_LOG.c log_tg",
  compile: () => ({ kind: "log" }),
});
