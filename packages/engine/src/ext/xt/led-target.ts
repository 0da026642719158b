import { parseUnsigned } from "./codecs.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { bareText, flag } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { needs } from "./given.ts";

/** Always in quotes, whatever it holds. */
const triggerId: Codec<string> = {
  ...bareText(16),
  print: (id) => `"${id.replace(/["\\]/g, "\\$&")}"`,
};

/** Milliseconds. */
const delay: Codec<number | "inf"> = {
  words: 1,
  parse: (text) => (text === "inf" ? text : parseUnsigned(text, 0x7fff_ffff)),
  print: String,
};

export const ledTarget: TargetExtension = defineTarget({
  name: "LED",
  options: {
    "led-trigger-id": option(triggerId),
    "led-delay": option(delay, { unprinted: 0 }),
    "led-always-blink": option(flag),
  },
  source: "net/netfilter/xt_LED.c led_tg",
  check: (args) => needs(args, "led-trigger-id"),
  compile: () => ({ kind: "continue" }),
});
