import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { flag, integer } from "./codecs-target.ts";
import type { TargetExtension } from "./define.ts";
import { defineTarget } from "./define.ts";
import { given, needs, notBoth } from "./given.ts";
import { parseUnsigned } from "./codecs.ts";

const MAX_QUEUE = 0xffff;

/** `0:3`: the flow's hash picks one of them. */
const queues: Codec<{ readonly from: number; readonly to: number }> = {
  words: 1,
  parse(text) {
    const colon = text.indexOf(":");
    const from = colon < 0 ? undefined : parseUnsigned(text.slice(0, colon), MAX_QUEUE);
    const to = parseUnsigned(text.slice(colon + 1), MAX_QUEUE);
    return from === undefined || to === undefined || from >= to ? undefined : { from, to };
  },
  print: ({ from, to }) => `${String(from)}:${String(to)}`,
};

export const nfqueueTarget: TargetExtension = defineTarget({
  name: "NFQUEUE",
  options: {
    "queue-num": option(integer(MAX_QUEUE)),
    "queue-balance": option(queues),
    "queue-bypass": option(flag),
    "queue-cpu-fanout": option(flag),
  },
  source: "net/netfilter/xt_NFQUEUE.c nfqueue_tg_v3; net/netfilter/nf_queue.c nf_queue",
  check: (args) =>
    notBoth(args, "queue-num", "queue-balance") ?? (args["queue-cpu-fanout"] ? needs(args, "queue-balance") : null),
  normalise: (args) => ((args["queue-balance"] ?? args["queue-num"]) ? args : { ...args, "queue-num": given(0) }),
  compile({ "queue-num": num, "queue-balance": balance, "queue-bypass": bypass }) {
    const what = balance ? `queues ${queues.print(balance.value)}` : `queue ${String(num?.value ?? 0)}`;
    return { kind: "queue", bypass: bypass !== undefined, what };
  },
});
